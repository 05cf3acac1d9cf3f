"""Files in, records out: the only room that knows BIDS names, units on disk and broken files.

The door, in the order a step walks through it. Every reader returns ``(record, problems)``: what is wrong with the
data is a `nociscope.core.problem.Problem`, what cannot be read at all raises.

==========================  ========================================================================================
``index``                   ``index_dataset(bids_dir, derivatives=None, participants=None, sessions=None) -> Index``;
                            ``Index.find(**query) -> list[File]``; ``Index.one(**query) -> File``;
                            ``Index.sidecar(file) -> Sidecar`` (``.data, .paths``); ``Index.scans() -> list[ScanKey]``;
                            ``Index.for_scan(key, suffix, **query) -> list[File]``; ``Index.relative(path) -> str``
``load``                    ``load_scan(index, key, people, study) -> LoadedScan`` (``scan, tacs, blood,
                            input_function, settings, tracer, sources, problems``): the readers below, in one call
``people``                  ``read_people(bids_dir, index=None) -> People``; ``People.row(participant, session="")``
``study``                   ``read_study(path) -> Study``; ``pet_settings(study, tracer) -> PetSettings``;
                            ``write_study_template(index, path) -> Path`` (made in ``template``)
``tracers``                 ``TRACERS: dict[str, Tracer]``; ``find_tracer(name) -> Tracer`` (``.known`` may be False)
``sidecar``                 ``read_scan(sidecar, key, people, corrections=(), tracer=None) -> (Scan, problems)``
``tacs``                    ``read_tacs(path, sidecar, scan, volumes=None) -> (Tacs, problems)``;
                            ``combine_regions(tacs, combine) -> (Tacs, problems)``; ``write_tacs(path, tacs, sidecar)``
``blood``                   ``read_blood(manual, autosampler, scan) -> (Blood, problems)``;
                            ``read_input_function(path, sidecar, scan) -> (InputFunction, problems)``;
                            ``write_input_function(path, input_function, sidecar) -> None``
``kinpar``                  ``write_kinpar(path, fits, sidecar) -> tuple[Path, ...]``;
                            ``read_kinpar(path) -> tuple[KineticFit, ...]``
``names``                   ``PATTERNS``; ``build(pattern, entities) -> str``; ``parse(path) -> (pattern, entities)``;
                            ``write_description(output_dir, version, sources)``
``table``, ``write``        strict TSV and JSON readers; atomic writers
``units``, ``timing``       what stands in files, checked and converted; ``regions``: names that atlases share
``record``                  any frozen record as JSON
``check``                   ``check_dataset(index, study=None, people=None) -> list[Problem]``;
                            ``inventory(index) -> dict[str, str]``
==========================  ========================================================================================

Participant and session labels are bare (``"rbqc"``) in entities and keys; ``ScanKey.participant_id`` is ``"sub-rbqc"``.
``Problem.blocks`` holds model labels (``1TCM`` …) and measures (``SUV``); severity ``error`` stops that scan.
"""
