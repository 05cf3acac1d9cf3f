"""What the JSON files of a virtual cohort say: everything that PET-BIDS asks for, and that the data are simulated."""

from __future__ import annotations

from typing import Any

from nociscope.core.records import Blood
from nociscope.simulate.scan import VirtualScan
from nociscope.simulate.spec import Simulation

INJECTED_MASS_NMOL = 2.0
_KBQ = "kBq/mL"
_TIME = {"Description": "time since injection", "Units": "s"}
_WHOLE = {"Description": "radioactivity in whole blood", "Units": _KBQ}

MANUAL: dict[str, Any] = {
    "PlasmaAvail": True,
    "WholeBloodAvail": True,
    "MetaboliteAvail": True,
    "MetaboliteMethod": "simulated",
    "MetaboliteRecoveryCorrectionApplied": False,
    "DispersionCorrected": False,
    "time": _TIME,
    "plasma_radioactivity": {"Description": "total radioactivity in plasma", "Units": _KBQ},
    "whole_blood_radioactivity": _WHOLE,
    "metabolite_parent_fraction": {"Description": "unmetabolised fraction of plasma activity", "Units": "unitless"},
}

TRUTH: dict[str, Any] = {
    "Description": "True values behind every scan; nothing in an analysis reads them.",
    "participant_id": {"Description": "as in participants.tsv"},
    "session_id": {"Description": "n/a where the study has no sessions"},
    "region": {"Description": "n/a where the number belongs to the scan"},
    "measure": {"Description": "symbol, as in the cohort table"},
    "value": {"Description": "true value, in the unit of its row"},
    "unit": {"Description": "unit of the value"},
}

EFFECTS: dict[str, Any] = {
    "Description": "Declared effects on V_T, and the mean difference that each makes in this cohort.",
    "column": {"Description": "column of participants.tsv, or session"},
    "level": {"Description": "who has the effect"},
    "region": {"Description": "region"},
    "measure": {"Description": "symbol"},
    "ratio": {"Description": "V_T with the level over V_T without it, everything else equal"},
    "difference": {"Description": "mean over all scans of V_T with minus without the level, everything else as it is"},
    "unit": {"Description": "unit of the difference"},
}


def participants(spec: Simulation) -> dict[str, Any]:
    """``participants.json``."""
    columns: dict[str, Any] = {
        "age": {"Description": "age", "Units": "year"},
        "sex": {"Description": "sex", "Levels": {"F": "female", "M": "male"}},
        "body_weight": {"Description": "body weight", "Units": "kg"},
        "rs6971": {
            "Description": "TSPO genotype as binding class",
            "Levels": {"HAB": "high-affinity binder", "MAB": "mixed-affinity binder", "LAB": "low-affinity binder"},
        },
        "group": {"Description": "group", "Levels": {g: g for g in spec.cohort.groups}},
    }
    if spec.cohort.sites:
        columns["site"] = {"Description": "scanner", "Levels": {s: s for s in spec.cohort.sites}}
    return columns


def pet(spec: Simulation, scan: VirtualScan) -> dict[str, Any]:
    """``_pet.json``; the image and its curves are in Bq/mL, as scanners write them."""
    frames = scan.tacs.frames
    return {
        "Modality": "PT",
        "Manufacturer": "none",
        "ManufacturersModelName": f"virtual scanner {scan.person.site}".strip(),
        "Units": "Bq/mL",
        "BodyPart": "Brain",
        "TracerName": spec.scan.tracer,
        "TracerRadionuclide": spec.scan.radionuclide,
        "InjectedRadioactivity": scan.dose_MBq,
        "InjectedRadioactivityUnits": "MBq",
        "InjectedMass": INJECTED_MASS_NMOL,
        "InjectedMassUnits": "nmol",
        "SpecificRadioactivity": round(scan.dose_MBq / INJECTED_MASS_NMOL * 1000, 1),
        "SpecificRadioactivityUnits": "MBq/umol",
        "ModeOfAdministration": "bolus",
        "TimeZero": "12:00:00",
        "ScanStart": 0,
        "InjectionStart": 0,
        "FrameTimesStart": [round(float(s) * 60, 3) for s in frames.start],
        "FrameDuration": [round(float(d) * 60, 3) for d in frames.duration],
        "AcquisitionMode": "list mode",
        "ImageDecayCorrected": True,
        "ImageDecayCorrectionTime": 0,
        "ReconMethodName": "simulated",
        "ReconMethodParameterLabels": ["none"],
        "ReconMethodParameterUnits": ["none"],
        "ReconMethodParameterValues": [0],
        "ReconFilterType": "none",
        "ReconFilterSize": 0,
        "AttenuationCorrection": "simulated",
    }


def autosampler(blood: Blood) -> dict[str, Any]:
    """``_recording-autosampler_blood.json``."""
    return {
        "PlasmaAvail": False,
        "WholeBloodAvail": True,
        "MetaboliteAvail": False,
        "DispersionCorrected": False,
        "DispersionConstant": round(blood.dispersion_min * 60, 6),
        "DispersionConstantUnits": "s",
        "time": _TIME,
        "whole_blood_radioactivity": _WHOLE,
    }


def tacs(spec: Simulation, scan: VirtualScan) -> dict[str, Any]:
    """``_tacs.json``, as petprep writes it."""
    said = pet(spec, scan)
    kept = ("Units", "FrameTimesStart", "FrameDuration", "InjectedRadioactivity", "InjectedRadioactivityUnits")
    regions = {name: spec.region[name].label or name for name in scan.tacs.regions}
    return {key: said[key] for key in kept} | {"TimeUnits": "s", "Regions": regions}


def readme(spec: Simulation) -> str:
    """``README``: what this is, and what it is not."""
    return (
        f"{spec.title}\n\nSimulated by nociscope: no person was scanned. Curves follow the {spec.scan.model} "
        f"model with known parameters, which stand in derivatives/truth; seed {spec.seed}. The image of each scan has "
        "one voxel a region and is there because PET-BIDS asks for one; the curves stand in derivatives/petprep.\n"
    )
