"""From the command line to one frozen config, and to exit codes."""

from pathlib import Path

import pytest

from nociscope.cli.main import main
from nociscope.cli.run import labels, named_folders, study_path
from nociscope.core.errors import InputError, MissingFile

run_module = pytest.importorskip("nociscope.pipeline.run")


@pytest.fixture
def configs(monkeypatch):
    """Every RunConfig that a call makes; nothing is run."""
    seen = []

    def caught(config):
        seen.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "run", caught)
    return seen


def call(*argv):
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in argv])
    return left.value.code


def test_every_option_reaches_the_config(configs, tmp_path):
    (tmp_path / "s.toml").write_text("")
    code = call(
        "run", tmp_path, tmp_path / "out", "participant", "--study", tmp_path / "s.toml",
        "--participant-label", "sub-01", "02", "--session-label", "ses-a", "b", "--steps", "fit-kinetics", "x",
        "--derivatives", "petprep=/p", "bloodstream=/b", "--jobs", "3", "--executor", "slurm", "--work-dir",
        tmp_path / "w",
        "--seed", "9", "--dry-run", "--fail-fast", "--mem-mb", "4000", "--rehash",
    )  # fmt: skip
    assert code == 130
    (config,) = configs
    assert config.bids_dir == tmp_path
    assert config.output_dir == tmp_path / "out"
    assert config.level == "participant"
    assert config.study_file == tmp_path / "s.toml"
    assert config.participant_labels == ("01", "02")
    assert config.session_labels == ("a", "b")
    assert config.steps == ("fit-kinetics", "x")
    assert dict(config.derivatives) == {"petprep": Path("/p"), "bloodstream": Path("/b")}
    assert (config.jobs, config.executor, config.work_dir) == (3, "slurm", tmp_path / "w")
    assert (config.seed, config.dry_run, config.fail_fast) == (9, True, True)
    assert (config.mem_mb, config.rehash) == (4000, True)


def test_the_bids_app_call_without_a_verb(configs, tmp_path):
    call(tmp_path, tmp_path / "out", "group")
    assert configs[0].level == "group"
    assert configs[0].study_file is None


def test_the_study_file_of_the_dataset_is_found(configs, tmp_path):
    study = tmp_path / "code" / "nociscope.toml"
    study.parent.mkdir()
    study.write_text("")
    call("run", tmp_path, tmp_path / "out", "group")
    assert configs[0].study_file == study


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "data", "out", "subject"],
        ["run", "data", "out", "participant", "--jobs", "0"],
        ["run", "data", "out", "participant", "--jobs", "many"],
        ["run", "data", "out", "participant", "--executor", "pbs"],
        ["run", "data", "out", "participant", "--steps"],
        ["run", "data", "out", "participant", "--derivatives", "petprep"],
        ["run", "data", "out", "participant", "--study", "nowhere.toml"],
        ["run", "data", "out", "participant", "--colour"],
        ["fly"],
    ],
)
def test_an_unusable_call_ends_with_2(words, capsys):
    assert call(*words) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_labels_lose_their_prefix_and_repeats():
    assert labels(["sub-01", "01", "02"], "sub-") == ("01", "02")
    assert labels(None, "sub-") == ()


def test_a_folder_named_twice_is_refused():
    with pytest.raises(InputError, match="petprep"):
        named_folders(["petprep=/a", "petprep=/b"])
    with pytest.raises(InputError, match="NAME=DIR"):
        named_folders(["petprep="])
    assert named_folders(["a=/b=c"]) == {"a": Path("/b=c")}


def test_a_shipped_study_goes_by_its_name(tmp_path):
    assert study_path("demo", tmp_path).name == "demo.toml"
    with pytest.raises(MissingFile, match="demo"):
        study_path("dem", tmp_path)
