"""Tables as FreeSurfer 7 and SynthSeg write them, made up, for tests of their readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DEEP = {
    "Lateral-Ventricle": 9000, "Cerebellum-White-Matter": 15000, "Cerebellum-Cortex": 55000, "Thalamus": 7000,
    "Caudate": 3600, "Putamen": 5000, "Pallidum": 2000, "Hippocampus": 4200, "Amygdala": 1700, "Accumbens-area": 550,
    "VentralDC": 4000, "vessel": 0, "choroid-plexus": 500,
}  # fmt: skip
MIDDLE = {"Brain-Stem": 21000, "3rd-Ventricle": 900, "5th-Ventricle": 0, "WM-hypointensities": 800, "CC_Posterior": 950}
DESIKAN = [
    "bankssts",
    "caudalanteriorcingulate",
    "caudalmiddlefrontal",
    "cuneus",
    "entorhinal",
    "fusiform",
    "inferiorparietal",
    "inferiortemporal",
    "isthmuscingulate",
    "lateraloccipital",
    "lateralorbitofrontal",
    "lingual",
    "medialorbitofrontal",
    "middletemporal",
    "parahippocampal",
    "paracentral",
    "parsopercularis",
    "parsorbitalis",
    "parstriangularis",
    "pericalcarine",
    "postcentral",
    "posteriorcingulate",
    "precentral",
    "precuneus",
    "rostralanteriorcingulate",
    "rostralmiddlefrontal",
    "superiorfrontal",
    "superiorparietal",
    "superiortemporal",
    "supramarginal",
    "frontalpole",
    "temporalpole",
    "transversetemporal",
    "insula",
]
BA = ["BA1", "BA2", "BA3a", "BA3b", "BA4a", "BA4p", "BA6", "BA44", "BA45", "V1", "V2", "MT", "perirhinal", "entorhinal"]


def aseg(changed: Mapping[str, float] | None = None, version: str = "7.4.1", head: float = 1498012.5) -> str:
    """``aseg.stats`` with some volumes changed."""
    volumes = {f"{s}-{n}": v for s in ("Left", "Right") for n, v in DEEP.items()} | MIDDLE | dict(changed or {})
    columns = [
        "Index",
        "SegId",
        "NVoxels",
        "Volume_mm3",
        "StructName",
        "normMean",
        "normStdDev",
        "normMin",
        "normMax",
        "normRange",
    ]
    units = ["NA", "NA", "unitless", "mm^3", "NA", "MR", "MR", "MR", "MR", "MR"]
    lines = [
        "# Title Segmentation Statistics ", "# ", "# generating_program mri_segstats", f"# cvs_version {version}",
        "# cmdline mri_segstats --seg mri/aseg.mgz --sum stats/aseg.stats --pv mri/norm.mgz --empty --etiv",
        "# sysname  Linux", "# anatomy_type volume", "# ", "# SUBJECTS_DIR /subjects", "# subjectname sub-01",
        "# Measure BrainSeg, BrainSegVol, Brain Segmentation Volume, 1178345.000000, mm^3",
        "# Measure BrainSegVol-to-eTIV, BrainSegVol-to-eTIV, Ratio of BrainSegVol to eTIV, 0.786605, unitless",
        "# Measure SurfaceHoles, SurfaceHoles, Total number of defect holes in surfaces prior to fixing, 31, unitless",
        "# Measure EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume, "
        f"{head:.6f}, mm^3",
        "# SegVolFile mri/aseg.mgz ", "# ExcludeSegId 0 2 3 41 42 ", "# VoxelVolume_mm3 1 ",
        *_described(columns, units), f"# NRows {len(volumes)} ", "# NTableCols 10 ",
        f"# ColHeaders  {' '.join(columns)}  ",
    ]  # fmt: skip
    rows = [
        f"{i:3d} {i:3d}  {int(v):8d} {v:10.1f}  {name:<32s} {80.1:8.4f} {9.2:8.4f} {30:8.4f} {105:8.4f} {75:8.4f} "
        for i, (name, v) in enumerate(volumes.items(), 1)
    ]
    return "\n".join([*lines, *rows]) + "\n"


def aparc(
    hemi: str, regions: Sequence[str], changed: Mapping[str, tuple[float, float, float]] | None = None,
    version: str = "7.4.1",
) -> str:  # fmt: skip
    """``?h.aparc.stats``: area, volume and thickness of some regions changed."""
    columns = [
        "StructName",
        "NumVert",
        "SurfArea",
        "GrayVol",
        "ThickAvg",
        "ThickStd",
        "MeanCurv",
        "GausCurv",
        "FoldInd",
        "CurvInd",
    ]
    units = ["NA", "unitless", "mm^2", "mm^3", "mm", "mm", "mm^-1", "mm^-2", "unitless", "unitless"]
    lines = [
        "# Table of FreeSurfer cortical parcellation anatomical statistics ", "# ",
        "# CreationTime 2023/06/14-10:01:22-GMT", "# generating_program mris_anatomical_stats",
        f"# cvs_version {version}", f"# mrisurf.c-cvs_version {version}", "# sysname  Linux", "# ",
        "# anatomy_type surface", "# subjectname sub-01", f"# hemi {hemi}",
        "# Measure Cortex, NumVert, Number of Vertices, 132766, unitless",
        "# Measure Cortex, WhiteSurfArea, White Surface Total Area, 89850.6, mm^2",
        "# Measure Cortex, MeanThickness, Mean Thickness, 2.51093, mm",
        "# NTableCols 10", *_described(columns, units), f"# ColHeaders {' '.join(columns)}",
    ]  # fmt: skip
    rows = []
    for name in regions:
        area, volume, thickness = (changed or {}).get(name, (1043, 3051, 2.534))
        rows.append(
            f"{name:<40s} {1546:5d}  {area:5.0f}  {volume:5.0f}  {thickness:5.3f} {0.556:5.3f}  {0.097:8.3f}"
            f"  {0.019:8.3f}  {11:7.0f}  {1.2:6.1f}"
        )
    return "\n".join([*lines, *rows]) + "\n"


def synthseg(thalamus: float = 7000.0) -> str:
    """``synthseg.vol.csv`` of one image."""
    volumes = {f"{s} {n.replace('-', ' ').lower()}": v for s in ("left", "right") for n, v in DEEP.items() if v}
    volumes |= {"left accumbens area": 550, "right accumbens area": 550, "brain-stem": 21000, "csf": 900}
    volumes["left thalamus"] = thalamus
    names = ["subject", "total intracranial", *volumes]
    return ",".join(names) + "\n" + ",".join(["orig", "1501234.5", *map(str, volumes.values())]) + "\n"


def _described(columns: Sequence[str], units: Sequence[str]) -> list[str]:
    return [
        line
        for i, (column, unit) in enumerate(zip(columns, units, strict=True), 1)
        for line in (f"# TableCol {i:2d} ColHeader {column} ", f"# TableCol {i:2d} Units     {unit} ")
    ]
