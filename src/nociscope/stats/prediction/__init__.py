"""Can a measure tell people apart whom it has not seen: folds, pipeline, discrimination, calibration, findings."""
