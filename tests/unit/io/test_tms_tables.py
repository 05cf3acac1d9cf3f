"""Tables of pulses: units at the door, every wrong cell named."""

import json

import numpy as np
import pytest

from nociscope.core.errors import InputError, MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.io.tms import read_pulses, tms_tables
from nociscope.models.tms import MapRules, map_metrics, paired_pulse, relative_frequency
from nociscope.models.tms.pulses import hunted_pulses, map_of, sizes_mv

HEAD = (
    "participant_id", "session_id", "muscle", "hemisphere", "pulse_id", "condition", "site_id", "site_x", "site_y",
    "coord_unit", "ts_intensity", "ts_intensity_unit", "mep_p2p_uv", "pre_rms_uv", "valid", "invalid_reason",
)  # fmt: skip


def row(**cells):
    base = dict.fromkeys(HEAD, "n/a") | {
        "participant_id": "sub-01", "muscle": "FDI", "condition": "single", "mep_p2p_uv": "900", "valid": "1",
    }  # fmt: skip
    return base | {k: str(v) for k, v in cells.items()}


def write(tmp_path, rows, head=HEAD, name="sub-01_task-tms_events.tsv"):
    path = tmp_path / name
    path.write_text("\n".join("\t".join(c) for c in [head, *([r[k] for k in head] for r in rows)]) + "\n")
    return path


def test_one_record_a_muscle_and_hemisphere(tmp_path):
    rows = [row(pulse_id=1), row(muscle="APB", pulse_id=1), row(pulse_id=2, valid=0, invalid_reason="cough")]
    first, second = read_pulses(write(tmp_path, rows))
    assert (first.participant, first.muscle, second.muscle) == ("sub-01", "FDI", "APB")
    assert first.valid.tolist() == [True, False]
    assert first.invalid_reason == ("", "cough")
    assert first["mep_p2p_uv"].tolist() == [900, 900]


def test_a_pulse_that_stands_twice_is_refused_and_numbers_may_start_anew_with_a_condition(tmp_path):
    anew = [row(pulse_id=1), row(pulse_id=1, condition="SICI"), row(pulse_id=1, muscle="APB"), row(), row()]
    assert [len(p.valid) for p in read_pulses(write(tmp_path, anew))] == [4, 1]
    with pytest.raises(MalformedFile, match=r"sub-01: a pulse stands twice.*pulse_id 7 of FDI, first on line 2"):
        read_pulses(write(tmp_path, [row(pulse_id=7), row(pulse_id=8), row(pulse_id=7, mep_p2p_uv=800)]))


def test_millivolts_and_millimetres_are_converted(tmp_path):
    head = tuple(h.replace("mep_p2p_uv", "mep_p2p_mv") for h in HEAD)
    cells = row(site_x=15, site_y=-20, coord_unit="mm") | {"mep_p2p_mv": "0.9"}
    (found,) = read_pulses(write(tmp_path, [cells], head))
    assert found["mep_p2p_uv"][0] == pytest.approx(900)
    assert (found["site_x"][0], found["site_y"][0]) == pytest.approx((1.5, -2.0))


@pytest.mark.parametrize(
    ("cells", "error", "says"),
    [
        ({"coord_unit": "inch", "site_x": 1, "site_y": 1}, UnitError, "coord_unit 'inch'"),
        ({"site_x": 1, "site_y": 1}, UnitError, "line 3"),
        ({"ts_intensity": 60}, UnitError, "ts_intensity_unit ''"),
        ({"ts_intensity": 60, "ts_intensity_unit": "%"}, UnitError, "%MSO"),
        ({"mep_p2p_uv": -3}, RangeError, "sub-01: mep_p2p_uv"),
        ({"mep_p2p_uv": 1e6}, RangeError, "1000000"),
        ({"mep_p2p_uv": "large"}, MalformedFile, "not a number"),
        ({"valid": "yes"}, MalformedFile, "'yes'"),
        ({"valid": "n/a"}, MalformedFile, "valid"),
        ({"condition": "sici"}, MalformedFile, "unknown condition 'sici'"),
    ],
)
def test_wrong_cells_are_named(tmp_path, cells, error, says):
    with pytest.raises(error, match=says):
        read_pulses(write(tmp_path, [row(), row(**cells)]))


def test_millivolts_under_the_name_of_microvolts(tmp_path):
    with pytest.raises(UnitError, match="mep_p2p_mv"):
        read_pulses(write(tmp_path, [row(mep_p2p_uv=0.9), row(mep_p2p_uv=2.4)]))


def test_a_sidecar_that_contradicts_the_name(tmp_path):
    path = write(tmp_path, [row()])
    path.with_suffix(".json").write_text(json.dumps({"mep_p2p_uv": {"Units": "µV"}, "muscle": {"Units": "n/a"}}))
    assert read_pulses(path)
    path.with_suffix(".json").write_text(json.dumps({"mep_p2p_uv": {"Units": "mV"}}))
    with pytest.raises(UnitError, match="'mV'"):
        read_pulses(path)


def test_what_is_missing(tmp_path):
    with pytest.raises(MalformedFile, match="no pulses"):
        read_pulses(write(tmp_path, []))
    with pytest.raises(MissingMetadata, match="valid"):
        read_pulses(write(tmp_path, [row()], HEAD[:-2]))
    with pytest.raises(MissingMetadata, match="mep_p2p_mv"):
        read_pulses(write(tmp_path, [row()], tuple(h for h in HEAD if h != "mep_p2p_uv")))
    both = (*HEAD, "mep_p2p_mv")
    with pytest.raises(UnitError, match="two units"):
        read_pulses(write(tmp_path, [row() | {"mep_p2p_mv": "1"}], both))


def test_tables_of_a_dataset(tmp_path):
    for folder in ("sub-02/beh", "sub-01/ses-1/nibs", "sub-01/beh"):
        (tmp_path / folder).mkdir(parents=True)
        write(tmp_path / folder, [row()], name=f"{folder.replace('/', '_')}_task-tms_events.tsv")
    (tmp_path / "sub-01/beh/sub-01_task-qst_events.tsv").write_text("x\n")
    assert [p.parent.relative_to(tmp_path).as_posix() for p in tms_tables(tmp_path)] == [
        "sub-01/beh", "sub-02/beh", "sub-01/ses-1/nibs",
    ]  # fmt: skip


def test_from_the_table_to_the_numbers(tmp_path):
    rows = [row(condition="single", mep_p2p_uv=1000 + i) for i in range(8)]
    rows += [row(condition="SICI", mep_p2p_uv=400 + i, valid=int(i != 3)) for i in range(9)]
    rows += [row(condition="thr", ts_intensity=50, ts_intensity_unit="%MSO", mep_p2p_uv=20 + 10 * i) for i in range(10)]
    rows += [
        row(condition="map", site_id=f"{x}{y}", site_x=x, site_y=y, coord_unit="cm", pre_rms_uv=10 + k,
            mep_p2p_uv=800 // (1 + x * x + y * y) + k, valid=int((x, y) != (1, 1)))
        for x in (-1, 0, 1) for y in (-1, 0, 1) for k in range(3)
    ]  # fmt: skip
    (pulses,) = read_pulses(write(tmp_path, rows))
    pair = paired_pulse("SICI", sizes_mv(pulses, "SICI"), sizes_mv(pulses, "single"), "FDI")
    assert (pair["ratio"].n_valid, pair["ratio"].n_asked) == (16, 17)
    assert relative_frequency(*hunted_pulses(pulses)).value == 50
    found = map_metrics(map_of(pulses, cell_cm=1.0), MapRules())
    assert found["map_area"].value == 8
    assert found.excluded == (8,)
    active = map_of(pulses, cell_cm=1.0, contracted=True)
    assert active.background[0] == pytest.approx(11) and active.background_sd[0] == pytest.approx(1)
    with pytest.raises(InputError, match="no pulse"):
        map_of(pulses, condition="io")


def test_a_site_with_two_places_and_a_hunt_in_the_wrong_unit(tmp_path):
    rows = [row(condition="map", site_id="a", site_x=x, site_y=0, coord_unit="cm") for x in (0, 1)]
    rows += [row(condition="thr", ts_intensity=110, ts_intensity_unit="%RMT")]
    (pulses,) = read_pulses(write(tmp_path, rows))
    with pytest.raises(InputError, match="two places"):
        map_of(pulses, cell_cm=1.0)
    with pytest.raises(InputError, match="%MSO"):
        hunted_pulses(pulses)
    assert np.isnan(pulses["isi_ms"]).all()
