"""One file a step; the table of steps is in `nociscope.pipeline.steps.table`."""
