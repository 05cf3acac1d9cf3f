"""The sources that models, tracers, instruments and methods point to, by key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A source: authors as printed, year, title, container, DOI (empty where there is none)."""

    authors: str
    year: int
    title: str
    journal: str
    doi: str = ""

    def __str__(self) -> str:
        link = f" https://doi.org/{self.doi}" if self.doi else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.journal}.{link}"


CITATIONS: dict[str, Citation] = {
    "innis2007": Citation(
        "Innis RB, Cunningham VJ, Delforge J, et al.", 2007,
        "Consensus nomenclature for in vivo imaging of reversibly binding radioligands",
        "J Cereb Blood Flow Metab 27:1533-1539", "10.1038/sj.jcbfm.9600493",
    ),
    "owen2012": Citation(
        "Owen DR, Yeo AJ, Gunn RN, et al.", 2012,
        "An 18-kDa translocator protein (TSPO) polymorphism explains differences in binding affinity of the PET radioligand PBR28",
        "J Cereb Blood Flow Metab 32:1-5", "10.1038/jcbfm.2011.147",
    ),
    "nutma2023": Citation(
        "Nutma E, Fancy N, Weinert M, et al.", 2023,
        "Translocator protein is a marker of activated microglia in rodent models but not human neurodegenerative diseases",
        "Nat Commun 14:5247", "10.1038/s41467-023-40937-z",
    ),
    # tracers
    "loggia2015": Citation(
        "Loggia ML, Chonde DB, Akeju O, et al.", 2015,
        "Evidence for brain glial activation in chronic pain patients",
        "Brain 138:604-615", "10.1093/brain/awu377",
    ),
    "albrecht2018suvr": Citation(
        "Albrecht DS, Normandin MD, Shcherbinin S, et al.", 2018,
        "Pseudoreference regions for glial imaging with 11C-PBR28: investigation in 2 clinical cohorts",
        "J Nucl Med 59:107-114", "10.2967/jnumed.116.178335",
    ),
    "collste2016": Citation(
        "Collste K, Forsberg A, Varrone A, et al.", 2016,
        "Test-retest reproducibility of [11C]PBR28 binding to TSPO in healthy control subjects",
        "Eur J Nucl Med Mol Imaging 43:173-183", "10.1007/s00259-015-3149-8",
    ),
    "rizzo2014": Citation(
        "Rizzo G, Veronese M, Tonietto M, et al.", 2014,
        "Kinetic modeling without accounting for the vascular component impairs the quantification of [11C]PBR28 brain PET data",
        "J Cereb Blood Flow Metab 34:1060-1069",
    ),
    "fujita2017": Citation(
        "Fujita M, Kobayashi M, Ikawa M, et al.", 2017,
        "Comparison of four 11C-labeled PET ligands to quantify translocator protein 18 kDa (TSPO) in human brain: (R)-PK11195, PBR28, DPA-713, and ER176",
        "EJNMMI Res 7:84", "10.1186/s13550-017-0334-8",
    ),
    "varrone2015": Citation(
        "Varrone A, Oikonen V, Forsberg A, et al.", 2015,
        "Positron emission tomography imaging of the 18-kDa translocator protein (TSPO) with [18F]FEMPA in Alzheimer's disease patients and control subjects",
        "Eur J Nucl Med Mol Imaging 42:438-446", "10.1007/s00259-014-2955-8",
    ),
    "garcialorenzo2018": Citation(
        "García-Lorenzo D, Lavisse S, Leroy C, et al.", 2018,
        "Validation of an automatic reference region extraction for the quantification of [18F]DPA-714 in dynamic brain PET studies",
        "J Cereb Blood Flow Metab 38:333-346", "10.1177/0271678X17692599",
    ),
    "golla2016": Citation(
        "Golla SSV, Boellaard R, Oikonen V, et al.", 2016,
        "Parametric binding images of the TSPO ligand 18F-DPA-714",
        "J Nucl Med 57:1543-1547",
    ),
    "endres2009": Citation(
        "Endres CJ, Pomper MG, James M, et al.", 2009,
        "Initial evaluation of 11C-DPA-713, a novel TSPO PET ligand, in humans",
        "J Nucl Med 50:1276-1282",
    ),
    "kropholler2007": Citation(
        "Kropholler MA, Boellaard R, van Berckel BNM, et al.", 2007,
        "Evaluation of reference regions for (R)-[11C]PK11195 studies in Alzheimer's disease and mild cognitive impairment",
        "J Cereb Blood Flow Metab 27:1965-1974", "10.1038/sj.jcbfm.9600488",
    ),
    "plavensigray2018": Citation(
        "Plavén-Sigray P, Matheson GJ, Cselényi Z, et al.", 2018,
        "Test-retest reliability and convergent validity of (R)-[11C]PK11195 outcome measures without arterial input function",
        "EJNMMI Res 8:102", "10.1186/s13550-018-0455-8",
    ),
    "ikawa2017": Citation(
        "Ikawa M, Lohith TG, Shrestha S, et al.", 2017,
        "11C-ER176, a radioligand for 18-kDa translocator protein, has adequate sensitivity to robustly image all three affinity genotypes in human brain",
        "J Nucl Med 58:320-325",
    ),
    "rusjan2011": Citation(
        "Rusjan PM, Wilson AA, Bloomfield PM, et al.", 2011,
        "Quantitation of translocator protein binding in human brain with the novel radioligand [18F]-FEPPA and positron emission tomography",
        "J Cereb Blood Flow Metab 31:1807-1816", "10.1038/jcbfm.2011.55",
    ),
    "mizrahi2012": Citation(
        "Mizrahi R, Rusjan PM, Kennedy J, et al.", 2012,
        "Translocator protein (18 kDa) polymorphism (rs6971) explains in-vivo brain binding affinity of the PET radioligand [18F]-FEPPA",
        "J Cereb Blood Flow Metab 32:968-972", "10.1038/jcbfm.2012.46",
    ),
    "zanottifregonara2018": Citation(
        "Zanotti-Fregonara P, Pascual B, Rizzo G, et al.", 2018,
        "Head-to-head comparison of 11C-PBR28 and 18F-GE180 for quantification of the translocator protein in the human brain",
        "J Nucl Med 59:1260-1266",
    ),
    "vomacka2017": Citation(
        "Vomacka L, Albert NL, Lindner S, et al.", 2017,
        "TSPO imaging using the novel PET ligand [18F]GE-180: quantification approaches in patients with multiple sclerosis",
        "EJNMMI Res 7:89", "10.1186/s13550-017-0340-x",
    ),
    "arakawa2017": Citation(
        "Arakawa R, Stenkrona P, Takano A, et al.", 2017,
        "Test-retest reproducibility of [11C]-L-deprenyl-D2 binding to MAO-B in the human brain",
        "EJNMMI Res 7:54", "10.1186/s13550-017-0301-4",
    ),
    "deprenyl2025": Citation(
        "Deprenyl-D2 methods study (authors: see DOI)", 2025,
        "Non-invasive and parametric methods for quantifying [11C]L-deprenyl-D2 PET (title from the abstract)",
        "J Cereb Blood Flow Metab", "10.1177/0271678X251384264",
    ),
    "rusjan2014": Citation(
        "Rusjan PM, Wilson AA, Miler L, et al.", 2014,
        "Kinetic modeling of the monoamine oxidase B radioligand [11C]SL25.1188 in human brain with high-resolution positron emission tomography",
        "J Cereb Blood Flow Metab 34:883-889", "10.1038/jcbfm.2014.34",
    ),
    "villemagne2022": Citation(
        "Villemagne VL, Harada R, Doré V, et al.", 2022,
        "First-in-humans evaluation of 18F-SMBT-1, a novel 18F-labeled monoamine oxidase-B PET tracer for imaging reactive astrogliosis",
        "J Nucl Med 63:1551-1559",
    ),
    "lopresti2024": Citation(
        "Lopresti BJ, Stehouwer J, Reese AC, et al.", 2024,
        "Kinetic modeling of the monoamine oxidase-B radioligand [18F]SMBT-1 in human brain with positron emission tomography",
        "J Cereb Blood Flow Metab", "10.1177/0271678X241254679",
    ),
    "yan2025": Citation(
        "Yan X, Noergaard M, Morse CL, et al.", 2025,
        "PET quantification in healthy humans of cyclooxygenase-2, a potential biomarker of neuroinflammation",
        "J Nucl Med 66:398",
    ),
    "phelps1979": Citation(
        "Phelps ME, Huang SC, Hoffman EJ, et al.", 1979,
        "Tomographic measurement of local cerebral glucose metabolic rate in humans with (F-18)2-fluoro-2-deoxy-D-glucose: validation of method",
        "Ann Neurol 6:371-388", "10.1002/ana.410060502",
    ),
    "patlak1983": Citation(
        "Patlak CS, Blasberg RG, Fenstermacher JD", 1983,
        "Graphical evaluation of blood-to-brain transfer constants from multiple-time uptake data",
        "J Cereb Blood Flow Metab 3:1-7", "10.1038/jcbfm.1983.1",
    ),
    "lammertsma1996": Citation(
        "Lammertsma AA, Hume SP", 1996,
        "Simplified reference tissue model for PET receptor studies",
        "NeuroImage 4:153-158", "10.1006/nimg.1996.0066",
    ),
    "lammertsma1996frtm": Citation(
        "Lammertsma AA, Bench CJ, Hume SP, et al.", 1996,
        "Comparison of methods for analysis of clinical [11C]raclopride studies",
        "J Cereb Blood Flow Metab 16:42-52", "10.1097/00004647-199601000-00005",
    ),
    "wu2002": Citation(
        "Wu Y, Carson RE", 2002,
        "Noise reduction in the simplified reference tissue model for neuroreceptor functional imaging",
        "J Cereb Blood Flow Metab 22:1440-1452", "10.1097/01.WCB.0000033967.83623.34",
    ),
    "logan1990": Citation(
        "Logan J, Fowler JS, Volkow ND, et al.", 1990,
        "Graphical analysis of reversible radioligand binding from time-activity measurements applied to [N-11C-methyl]-(-)-cocaine PET studies in human subjects",
        "J Cereb Blood Flow Metab 10:740-747", "10.1038/jcbfm.1990.127",
    ),
    "logan1996": Citation(
        "Logan J, Fowler JS, Volkow ND, et al.", 1996,
        "Distribution volume ratios without blood sampling from graphical analysis of PET data",
        "J Cereb Blood Flow Metab 16:834-840", "10.1097/00004647-199609000-00008",
    ),
    "ichise2002": Citation(
        "Ichise M, Toyama H, Innis RB, Carson RE", 2002,
        "Strategies to improve neuroreceptor parameter estimation by linear regression analysis",
        "J Cereb Blood Flow Metab 22:1271-1281", "10.1097/01.WCB.0000038000.34930.4E",
    ),
    "ichise2003": Citation(
        "Ichise M, Liow JS, Lu JQ, et al.", 2003,
        "Linearized reference tissue parametric imaging methods: application to [11C]DASB positron emission tomography studies of the serotonin transporter in human brain",
        "J Cereb Blood Flow Metab 23:1096-1112", "10.1097/01.WCB.0000085441.37552.CA",
    ),
    "patlak1985": Citation(
        "Patlak CS, Blasberg RG", 1985,
        "Graphical evaluation of blood-to-brain transfer constants from multiple-time uptake data. Generalizations",
        "J Cereb Blood Flow Metab 5:584-590", "10.1038/jcbfm.1985.87",
    ),
    "gunn2001": Citation(
        "Gunn RN, Gunn SR, Cunningham VJ", 2001,
        "Positron emission tomography compartmental models",
        "J Cereb Blood Flow Metab 21:635-652", "10.1097/00004647-200106000-00002",
    ),
    "mintun1984": Citation(
        "Mintun MA, Raichle ME, Kilbourn MR, et al.", 1984,
        "A quantitative model for the in vivo assessment of drug binding sites with positron emission tomography",
        "Ann Neurol 15:217-227",
    ),
    "fowler1995": Citation(
        "Fowler JS, Wang GJ, Logan J, et al.", 1995,
        "Selective reduction of radiotracer trapping by deuterium substitution: comparison of carbon-11-L-deprenyl and carbon-11-deprenyl-D2 for MAO B mapping",
        "J Nucl Med 36:1255-1262",
    ),
    "thie2004": Citation(
        "Thie JA", 2004,
        "Understanding the standardized uptake value, its methods, and implications for usage",
        "J Nucl Med 45:1431-1434",
    ),
    "burnham2002": Citation(
        "Burnham KP, Anderson DR", 2002,
        "Model selection and multimodel inference: a practical information-theoretic approach",
        "Springer",
    ),
    "tonietto2016": Citation(
        "Tonietto M, Rizzo G, Veronese M, et al.", 2016,
        "Plasma radiometabolite correction in dynamic PET studies: insights on the available modeling approaches",
        "J Cereb Blood Flow Metab 36:326-339", "10.1177/0271678X15610585",
    ),
    "wu2007": Citation(
        "Wu S, Ogden RT, Mann JJ, Parsey RV", 2007,
        "Optimal metabolite curve fitting for kinetic modeling of 11C-WAY-100635",
        "J Nucl Med 48:926-931", "10.2967/jnumed.106.038075",
    ),
    "watabe2000": Citation(
        "Watabe H, Channing MA, Der MG, et al.", 2000,
        "Kinetic analysis of the 5-HT2A ligand [11C]MDL 100,907",
        "J Cereb Blood Flow Metab 20:899-909", "10.1097/00004647-200006000-00002",
    ),
    "guo2013": Citation(
        "Guo Q, Colasanti A, Owen DR, et al.", 2013,
        "Quantification of the specific translocator protein signal of 18F-PBR111 in healthy humans: a genetic polymorphism effect on in vivo binding",
        "J Nucl Med 54:1915-1923", "10.2967/jnumed.113.121020",
    ),
    "feng1993": Citation(
        "Feng D, Huang SC, Wang X", 1993,
        "Models for computer simulation studies of input functions for tracer kinetic modeling with positron emission tomography",
        "Int J Biomed Comput 32:95-110", "10.1016/0020-7101(93)90049-C",
    ),
    "iida1986": Citation(
        "Iida H, Kanno I, Miura S, et al.", 1986,
        "Error analysis of a quantitative cerebral blood flow measurement using H2(15)O autoradiography and positron emission tomography, with respect to the dispersion of the input function",
        "J Cereb Blood Flow Metab 6:536-545", "10.1038/jcbfm.1986.99",
    ),
    "gasser1986": Citation(
        "Gasser T, Sroka L, Jennen-Steinmetz C", 1986,
        "Residual variance and residual pattern in nonlinear regression",
        "Biometrika 73:625-633", "10.1093/biomet/73.3.625",
    ),
    "hampel1974": Citation(
        "Hampel FR", 1974,
        "The influence curve and its role in robust estimation",
        "J Am Stat Assoc 69:383-393", "10.1080/01621459.1974.10482962",
    ),
    "savitzky1964": Citation(
        "Savitzky A, Golay MJE", 1964,
        "Smoothing and differentiation of data by simplified least squares procedures",
        "Anal Chem 36:1627-1639", "10.1021/ac60214a047",
    ),
    "hurvich1989": Citation(
        "Hurvich CM, Tsai CL", 1989,
        "Regression and time series model selection in small samples",
        "Biometrika 76:297-307", "10.1093/biomet/76.2.297",
    ),
    "freedman1983": Citation(
        "Freedman D, Lane D", 1983,
        "A nonstochastic interpretation of reported significance levels",
        "J Bus Econ Stat 1:292-298", "10.1080/07350015.1983.10509354",
    ),
    "winkler2014": Citation(
        "Winkler AM, Ridgway GR, Webster MA, Smith SM, Nichols TE", 2014,
        "Permutation inference for the general linear model",
        "NeuroImage 92:381-397", "10.1016/j.neuroimage.2014.01.060",
    ),
    "mackinnon1985": Citation(
        "MacKinnon JG, White H", 1985,
        "Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties",
        "J Econom 29:305-325", "10.1016/0304-4076(85)90158-7",
    ),
    "bell2002": Citation(
        "Bell RM, McCaffrey DF", 2002,
        "Bias reduction in standard errors for linear regression with multi-stage samples",
        "Surv Methodol 28:169-181",
    ),
    "hedges1981": Citation(
        "Hedges LV", 1981,
        "Distribution theory for Glass's estimator of effect size and related estimators",
        "J Educ Stat 6:107-128", "10.3102/10769986006002107",
    ),
    "efron1987": Citation(
        "Efron B", 1987,
        "Better bootstrap confidence intervals",
        "J Am Stat Assoc 82:171-185", "10.1080/01621459.1987.10478410",
    ),
    "shrout1979": Citation(
        "Shrout PE, Fleiss JL", 1979,
        "Intraclass correlations: uses in assessing rater reliability",
        "Psychol Bull 86:420-428", "10.1037/0033-2909.86.2.420",
    ),
    "bland1986": Citation(
        "Bland JM, Altman DG", 1986,
        "Statistical methods for assessing agreement between two methods of clinical measurement",
        "Lancet 327:307-310", "10.1016/S0140-6736(86)90837-8",
    ),
    "bonett2000": Citation(
        "Bonett DG, Wright TA", 2000,
        "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
        "Psychometrika 65:23-28", "10.1007/BF02294183",
    ),
    "westfall1993": Citation(
        "Westfall PH, Young SS", 1993,
        "Resampling-based multiple testing: examples and methods for p-value adjustment",
        "Wiley, New York",
    ),
    "holm1979": Citation(
        "Holm S", 1979,
        "A simple sequentially rejective multiple test procedure",
        "Scand J Stat 6:65-70",
    ),
    "benjamini1995": Citation(
        "Benjamini Y, Hochberg Y", 1995,
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "J R Stat Soc B 57:289-300", "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "johansen1980": Citation(
        "Johansen S", 1980,
        "The Welch-James approximation to the distribution of the residual sum of squares in a weighted linear regression",
        "Biometrika 67:85-92", "10.1093/biomet/67.1.85",
    ),
    "steiger2004": Citation(
        "Steiger JH", 2004,
        "Beyond the F test: effect size confidence intervals and tests of close fit in the analysis of variance and contrast analysis",
        "Psychol Methods 9:164-182", "10.1037/1082-989X.9.2.164",
    ),
    "schuirmann1987": Citation(
        "Schuirmann DJ", 1987,
        "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability",
        "J Pharmacokinet Biopharm 15:657-680", "10.1007/BF01068419",
    ),
    "winkler2015": Citation(
        "Winkler AM, Webster MA, Vidaurre D, Nichols TE, Smith SM", 2015,
        "Multi-level block permutation",
        "NeuroImage 123:253-268", "10.1016/j.neuroimage.2015.05.092",
    ),
    "welch1951": Citation(
        "Welch BL", 1951,
        "On the comparison of several mean values: an alternative approach",
        "Biometrika 38:330-336", "10.1093/biomet/38.3-4.330",
    ),
    "theil1965": Citation(
        "Theil H", 1965,
        "The analysis of disturbances in regression analysis",
        "J Am Stat Assoc 60:1067-1079", "10.1080/01621459.1965.10480851",
    ),
    "dekker2007": Citation(
        "Dekker D, Krackhardt D, Snijders TAB", 2007,
        "Sensitivity of MRQAP tests to collinearity and autocorrelation conditions",
        "Psychometrika 72:563-581", "10.1007/s11336-007-9016-1",
    ),
    "huhjhun2001": Citation(
        "Huh MH, Jhun M", 2001,
        "Random permutation testing in multiple linear regression",
        "Commun Stat Theory Methods 30:2023-2032", "10.1081/STA-100106060",
    ),
    "gelman2006": Citation(
        "Gelman A, Stern H", 2006,
        "The difference between \"significant\" and \"not significant\" is not itself statistically significant",
        "Am Stat 60:328-331", "10.1198/000313006X152649",
    ),
    "diciccio2017": Citation(
        "DiCiccio CJ, Romano JP", 2017,
        "Robust permutation tests for correlation and regression coefficients",
        "J Am Stat Assoc 112:1211-1220", "10.1080/01621459.2016.1202117",
    ),
    "benjamini2008": Citation(
        "Benjamini Y, Heller R", 2008,
        "Screening for partial conjunction hypotheses",
        "Biometrics 64:1215-1222", "10.1111/j.1541-0420.2007.00984.x",
    ),
    "owen2009": Citation(
        "Owen AB", 2009,
        "Karl Pearson's meta-analysis revisited",
        "Ann Stat 37:3867-3892", "10.1214/09-AOS697",
    ),
    "nichols2005": Citation(
        "Nichols T, Brett M, Andersson J, Wager T, Poline JB", 2005,
        "Valid conjunction inference with the minimum statistic",
        "NeuroImage 25:653-660", "10.1016/j.neuroimage.2004.12.005",
    ),
    "viechtbauer2005": Citation(
        "Viechtbauer W", 2005,
        "Bias and efficiency of meta-analytic variance estimators in the random-effects model",
        "J Educ Behav Stat 30:261-293", "10.3102/10769986030003261",
    ),
    "viechtbauer2007": Citation(
        "Viechtbauer W", 2007,
        "Confidence intervals for the amount of heterogeneity in meta-analysis",
        "Stat Med 26:37-52", "10.1002/sim.2514",
    ),
    "dersimonian1986": Citation(
        "DerSimonian R, Laird N", 1986,
        "Meta-analysis in clinical trials",
        "Control Clin Trials 7:177-188", "10.1016/0197-2456(86)90046-2",
    ),
    "paule1982": Citation(
        "Paule RC, Mandel J", 1982,
        "Consensus values and weighting factors",
        "J Res Natl Bur Stand 87:377-385", "10.6028/jres.087.022",
    ),
    "knapp2003": Citation(
        "Knapp G, Hartung J", 2003,
        "Improved tests for a random effects meta-regression with a single covariate",
        "Stat Med 22:2693-2710", "10.1002/sim.1482",
    ),
    "higgins2002": Citation(
        "Higgins JPT, Thompson SG", 2002,
        "Quantifying heterogeneity in a meta-analysis",
        "Stat Med 21:1539-1558", "10.1002/sim.1186",
    ),
    "higgins2009": Citation(
        "Higgins JPT, Thompson SG, Spiegelhalter DJ", 2009,
        "A re-evaluation of random-effects meta-analysis",
        "J R Stat Soc A 172:137-159", "10.1111/j.1467-985X.2008.00552.x",
    ),
    "inthout2016": Citation(
        "IntHout J, Ioannidis JPA, Rovers MM, Goeman JJ", 2016,
        "Plea for routinely presenting prediction intervals in meta-analysis",
        "BMJ Open 6:e010247", "10.1136/bmjopen-2015-010247",
    ),
    "egger1997": Citation(
        "Egger M, Davey Smith G, Schneider M, Minder C", 1997,
        "Bias in meta-analysis detected by a simple, graphical test",
        "BMJ 315:629-634", "10.1136/bmj.315.7109.629",
    ),
    "sterne2011": Citation(
        "Sterne JAC, Sutton AJ, Ioannidis JPA, et al.", 2011,
        "Recommendations for examining and interpreting funnel plot asymmetry in meta-analyses of randomised controlled trials",
        "BMJ 343:d4002", "10.1136/bmj.d4002",
    ),
    "hasselblad1995": Citation(
        "Hasselblad V, Hedges LV", 1995,
        "Meta-analysis of screening and diagnostic tests",
        "Psychol Bull 117:167-178", "10.1037/0033-2909.117.1.167",
    ),
    "dunlap1996": Citation(
        "Dunlap WP, Cortina JM, Vaslow JB, Burke MJ", 1996,
        "Meta-analysis of experiments with matched groups or repeated measures designs",
        "Psychol Methods 1:170-177", "10.1037/1082-989X.1.2.170",
    ),
    "vanderweele2017": Citation(
        "VanderWeele TJ, Ding P", 2017,
        "Sensitivity analysis in observational research: introducing the E-value",
        "Ann Intern Med 167:268-274", "10.7326/M16-2607",
    ),
    "alexanderbloch2018": Citation(
        "Alexander-Bloch AF, Shou H, Liu S, et al.", 2018,
        "On testing for spatial correspondence between maps of human brain structure and function",
        "NeuroImage 178:540-551", "10.1016/j.neuroimage.2018.05.070",
    ),
    "smith2009": Citation(
        "Smith SM, Nichols TE", 2009,
        "Threshold-free cluster enhancement: addressing problems of smoothing, threshold dependence and localisation in cluster inference",
        "NeuroImage 44:83-98", "10.1016/j.neuroimage.2008.03.061",
    ),
    "zhang2009": Citation(
        "Zhang H, Nichols TE, Johnson TD", 2009,
        "Cluster mass inference via random field theory",
        "NeuroImage 44:51-61", "10.1016/j.neuroimage.2008.08.017",
    ),
    "najman2006": Citation(
        "Najman L, Couprie M", 2006,
        "Building the component tree in quasi-linear time",
        "IEEE Trans Image Process 15:3531-3539", "10.1109/TIP.2006.877518",
    ),
    "vinokur2015": Citation(
        "Vinokur L, Zalesky A, Raffelt D, Smith RE, Connelly A", 2015,
        "A novel threshold-free network-based statistics method: demonstration using simulated pathology",
        "Organization for Human Brain Mapping, abstract 4144",
    ),
    "zalesky2010": Citation(
        "Zalesky A, Fornito A, Bullmore ET", 2010,
        "Network-based statistic: identifying differences in brain networks",
        "NeuroImage 53:1197-1207", "10.1016/j.neuroimage.2010.06.041",
    ),
    "baggio2018": Citation(
        "Baggio HC, Abos A, Segura B, et al.", 2018,
        "Statistical inference in brain graphs using threshold-free network-based statistics",
        "Hum Brain Mapp 39:2289-2302", "10.1002/hbm.24007",
    ),
    "delong1988": Citation(
        "DeLong ER, DeLong DM, Clarke-Pearson DL", 1988,
        "Comparing the areas under two or more correlated receiver operating characteristic curves: a nonparametric approach",
        "Biometrics 44:837-845", "10.2307/2531595",
    ),
    "hanley1982": Citation(
        "Hanley JA, McNeil BJ", 1982,
        "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
        "Radiology 143:29-36", "10.1148/radiology.143.1.7063747",
    ),
    "newcombe2006": Citation(
        "Newcombe RG", 2006,
        "Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2: asymptotic methods and evaluation",
        "Stat Med 25:559-573", "10.1002/sim.2324",
    ),
    "perme2019": Citation(
        "Perme MP, Manevski D", 2019,
        "Confidence intervals for the Mann-Whitney test",
        "Stat Methods Med Res 28:3755-3768", "10.1177/0962280218814556",
    ),
    "fay2018": Citation(
        "Fay MP, Malinovsky Y", 2018,
        "Confidence intervals of the Mann-Whitney parameter that are compatible with the Wilcoxon-Mann-Whitney test",
        "Stat Med 37:3991-4006", "10.1002/sim.7890",
    ),
    "airola2011": Citation(
        "Airola A, Pahikkala T, Waegeman W, De Baets B, Salakoski T", 2011,
        "An experimental comparison of cross-validation techniques for estimating the area under the ROC curve",
        "Comput Stat Data Anal 55:1828-1844", "10.1016/j.csda.2010.11.018",
    ),
    "varoquaux2018": Citation(
        "Varoquaux G", 2018,
        "Cross-validation failure: small sample sizes lead to large error bars",
        "NeuroImage 180:68-77", "10.1016/j.neuroimage.2017.06.061",
    ),
    "clopper1934": Citation(
        "Clopper CJ, Pearson ES", 1934,
        "The use of confidence or fiducial limits illustrated in the case of the binomial",
        "Biometrika 26:404-413", "10.1093/biomet/26.4.404",
    ),
    "vickers2006": Citation(
        "Vickers AJ, Elkin EB", 2006,
        "Decision curve analysis: a novel method for evaluating prediction models",
        "Med Decis Making 26:565-574", "10.1177/0272989X06295361",
    ),
    "collins2016": Citation(
        "Collins GS, Ogundimu EO, Altman DG", 2016,
        "Sample size considerations for the external validation of a multivariable prognostic model: a resampling study",
        "Stat Med 35:214-226", "10.1002/sim.6787",
    ),
    "collins2024": Citation(
        "Collins GS, Moons KGM, Dhiman P, et al.", 2024,
        "TRIPOD+AI statement: updated guidance for reporting clinical prediction models that use regression or machine learning methods",
        "BMJ 385:e078378", "10.1136/bmj-2023-078378",
    ),
    "johnson2007": Citation(
        "Johnson WE, Li C, Rabinovic A", 2007,
        "Adjusting batch effects in microarray expression data using empirical Bayes methods",
        "Biostatistics 8:118-127", "10.1093/biostatistics/kxj037",
    ),
    "fortin2018": Citation(
        "Fortin JP, Cullen N, Sheline YI, et al.", 2018,
        "Harmonization of cortical thickness measurements across scanners and sites",
        "NeuroImage 167:104-120", "10.1016/j.neuroimage.2017.11.024",
    ),
    "knijnenburg2009": Citation(
        "Knijnenburg TA, Wessels LFA, Reinders MJT, Shmulevich I", 2009,
        "Fewer permutations, more accurate P-values",
        "Bioinformatics 25:i161-i168", "10.1093/bioinformatics/btp211",
    ),
    "winkler2016faster": Citation(
        "Winkler AM, Ridgway GR, Douaud G, Nichols TE, Smith SM", 2016,
        "Faster permutation inference in brain imaging",
        "NeuroImage 141:502-516", "10.1016/j.neuroimage.2016.05.068",
    ),
    "choulakian2001": Citation(
        "Choulakian V, Stephens MA", 2001,
        "Goodness-of-fit tests for the generalized Pareto distribution",
        "Technometrics 43:478-484", "10.1198/00401700152672573",
    ),
    "winkler2016npc": Citation(
        "Winkler AM, Webster MA, Brooks JC, Tracey I, Smith SM, Nichols TE", 2016,
        "Non-parametric combination and related permutation tests for neuroimaging",
        "Hum Brain Mapp 37:1486-1511", "10.1002/hbm.23115",
    ),
    "pesarin2010": Citation(
        "Pesarin F, Salmaso L", 2010,
        "Permutation tests for complex data: theory, applications and software",
        "Wiley, Chichester", "10.1002/9780470689516",
    ),
    "gelman2014": Citation(
        "Gelman A, Carlin J", 2014,
        "Beyond power calculations: assessing type S (sign) and type M (magnitude) errors",
        "Perspect Psychol Sci 9:641-651", "10.1177/1745691614551642",
    ),
    "rouder2009": Citation(
        "Rouder JN, Speckman PL, Sun D, Morey RD, Iverson G", 2009,
        "Bayesian t tests for accepting and rejecting the null hypothesis",
        "Psychon Bull Rev 16:225-237", "10.3758/PBR.16.2.225",
    ),
    "ly2016": Citation(
        "Ly A, Verhagen J, Wagenmakers EJ", 2016,
        "Harold Jeffreys's default Bayes factor hypothesis tests: explanation, extension, and application in psychology",
        "J Math Psychol 72:19-32", "10.1016/j.jmp.2015.06.004",
    ),
    "box1953": Citation(
        "Box GEP", 1953,
        "Non-normality and tests on variances",
        "Biometrika 40:318-335", "10.1093/biomet/40.3-4.318",
    ),
    "crawford1998": Citation(
        "Crawford JR, Howell DC", 1998,
        "Comparing an individual's test score against norms derived from small samples",
        "Clin Neuropsychol 12:482-486", "10.1076/clin.12.4.482.7241",
    ),
    "crawford2010": Citation(
        "Crawford JR, Garthwaite PH, Porter S", 2010,
        "Point and interval estimates of effect sizes for the case-controls design in neuropsychology: rationale, "
        "methods, implementations, and proposed reporting standards",
        "Cogn Neuropsychol 27:245-260", "10.1080/02643294.2010.513967",
    ),
    "mackinnon2002": Citation(
        "MacKinnon DP, Lockwood CM, Hoffman JM, West SG, Sheets V", 2002,
        "A comparison of methods to test mediation and other intervening variable effects",
        "Psychol Methods 7:83-104", "10.1037/1082-989X.7.1.83",
    ),
    "fritz2012": Citation(
        "Fritz MS, Taylor AB, MacKinnon DP", 2012,
        "Explanation of two anomalous results in statistical mediation analysis",
        "Multivariate Behav Res 47:61-87", "10.1080/00273171.2012.640596",
    ),
    "marcus1976": Citation(
        "Marcus R, Peritz E, Gabriel KR", 1976,
        "On closed testing procedures with special reference to ordered analysis of variance",
        "Biometrika 63:655-660", "10.1093/biomet/63.3.655",
    ),
    "esterman2010": Citation(
        "Esterman M, Tamber-Rosenau BJ, Chiu YC, Yantis S", 2010,
        "Avoiding non-independence in fMRI data analysis: leave one subject out",
        "Neuroimage 50:572-576", "10.1016/j.neuroimage.2009.10.092",
    ),
    # connectivity
    "vandijk2010": Citation(
        "Van Dijk KRA, Hedden T, Venkataraman A, Evans KC, Lazar SW, Buckner RL", 2010,
        "Intrinsic functional connectivity as a tool for human connectomics: theory, properties, and optimization",
        "J Neurophysiol 103:297-321", "10.1152/jn.00783.2009",
    ),
    "steinley2004": Citation(
        "Steinley D", 2004, "Properties of the Hubert-Arabie adjusted Rand index", "Psychol Methods 9:386-396",
        "10.1037/1082-989X.9.3.386",
    ),
    "prichard1994": Citation(
        "Prichard D, Theiler J", 1994, "Generating surrogate data for time series with several simultaneously measured "
        "variables", "Phys Rev Lett 73:951-954", "10.1103/PhysRevLett.73.951",
    ),
    "egozcue2003": Citation(
        "Egozcue JJ, Pawlowsky-Glahn V, Mateu-Figueras G, Barceló-Vidal C", 2003,
        "Isometric logratio transformations for compositional data analysis", "Math Geol 35:279-300",
        "10.1023/A:1023818214614",
    ),
    "martinfernandez2003": Citation(
        "Martín-Fernández JA, Barceló-Vidal C, Pawlowsky-Glahn V", 2003,
        "Dealing with zeros and missing values in compositional data sets using nonparametric imputation",
        "Math Geol 35:253-278", "10.1023/A:1023866030544",
    ),
    "schonemann1966": Citation(
        "Schönemann PH", 1966, "A generalized solution of the orthogonal Procrustes problem", "Psychometrika 31:1-10",
        "10.1007/BF02289451",
    ),
    "gower1975": Citation(
        "Gower JC", 1975, "Generalized Procrustes analysis", "Psychometrika 40:33-51", "10.1007/BF02291478",
    ),
    "obrien2007": Citation(
        "O'Brien RM", 2007, "A caution regarding rules of thumb for variance inflation factors", "Qual Quant 41:673-690",
        "10.1007/s11135-006-9018-6",
    ),
    "huber1981": Citation("Huber PJ", 1981, "Robust statistics", "New York: Wiley", "10.1002/0471725250"),
    "greenhouse1959": Citation(
        "Greenhouse SW, Geisser S", 1959,
        "On methods in the analysis of profile data",
        "Psychometrika 24:95-112", "10.1007/BF02289823",
    ),
    # transcranial magnetic stimulation and reflexes; without a DOI where it could not be checked
    "rossini2015": Citation(
        "Rossini PM, Burke D, Chen R, et al.", 2015,
        "Non-invasive electrical and magnetic stimulation of the brain, spinal cord, roots and peripheral nerves: basic "
        "principles and procedures for routine clinical and research application",
        "Clin Neurophysiol 126:1071-1107", "10.1016/j.clinph.2015.02.001",
    ),
    "mills1997": Citation(
        "Mills KR, Nithi KA", 1997, "Corticomotor threshold to magnetic stimulation: normal values and repeatability",
        "Muscle Nerve 20:570-576",
    ),
    "awiszus2003": Citation(
        "Awiszus F", 2003, "TMS and threshold hunting", "Suppl Clin Neurophysiol 56:13-23",
    ),
    "cuypers2014": Citation(
        "Cuypers K, Thijs H, Meesen RLJ", 2014,
        "Optimization of the transcranial magnetic stimulation protocol by defining a reliable estimate for corticospinal excitability",
        "PLoS One 9:e86380", "10.1371/journal.pone.0086380",
    ),
    "devanne1997": Citation(
        "Devanne H, Lavoie BA, Capaday C", 1997,
        "Input-output properties and gain changes in the human corticospinal pathway", "Exp Brain Res 114:329-338",
    ),
    "kujirai1993": Citation(
        "Kujirai T, Caramia MD, Rothwell JC, et al.", 1993, "Corticocortical inhibition in human motor cortex",
        "J Physiol 471:501-519", "10.1113/jphysiol.1993.sp019912",
    ),
    "wassermann1992": Citation(
        "Wassermann EM, McShane LM, Hallett M, Cohen LG", 1992,
        "Noninvasive mapping of muscle representations in human motor cortex",
        "Electroencephalogr Clin Neurophysiol 85:1-8",
    ),
    "schabrun2015": Citation(
        "Schabrun SM, Hodges PW, Vicenzino B, Jones E, Chipchase LS", 2015,
        "Novel adaptations in motor cortical maps: the relation to persistent elbow pain",
        "Med Sci Sports Exerc 47:681-690", "10.1249/mss.0000000000000469",
    ),
    "tsao2011": Citation(
        "Tsao H, Danneels LA, Hodges PW", 2011,
        "ISSLS prize winner: smudging the motor brain in young adults with recurrent low back pain", "Spine 36:1721-1727",
    ),
    "sinitsyn2019": Citation(
        "Sinitsyn DO, Chernyavskiy AY, Poydasheva AG, et al.", 2019,
        "Optimization of the navigated TMS mapping algorithm for accurate estimation of cortical muscle representation characteristics",
        "Brain Sci 9:88", "10.3390/brainsci9040088",
    ),
    "thapa2018": Citation(
        "Thapa T, Schabrun SM", 2018, "Test-retest reliability of homeostatic plasticity in the human primary motor cortex",
        "Neural Plast 2018:6207508", "10.1155/2018/6207508",
    ),
    "rhudy2007": Citation(
        "Rhudy JL, France CR", 2007,
        "Defining the nociceptive flexion reflex (NFR) threshold in human participants: a comparison of different scoring criteria",
        "Pain 128:244-253", "10.1016/j.pain.2006.09.024",
    ),
    "arendtnielsen1994": Citation(
        "Arendt-Nielsen L, Brennum J, Sindrup S, Bak P", 1994,
        "Electrophysiological and psychophysical quantification of temporal summation in the human nociceptive system",
        "Eur J Appl Physiol Occup Physiol 68:266-273",
    ),
    "rolke2006": Citation(
        "Rolke R, Magerl W, Campbell KA, et al.", 2006,
        "Quantitative sensory testing: a comprehensive protocol for clinical trials",
        "Eur J Pain 10:77-88", "10.1016/j.ejpain.2005.02.003",
    ),
    "magerl2010": Citation(
        "Magerl W, Krumova EK, Baron R, et al.", 2010,
        "Reference data for quantitative sensory testing (QST): refined stratification for age and a novel method for statistical comparison of group data",
        "Pain 151:598-605", "10.1016/j.pain.2010.07.026",
    ),
    "maier2010": Citation(
        "Maier C, Baron R, Tölle TR, et al.", 2010,
        "Quantitative sensory testing in the German Research Network on Neuropathic Pain (DFNS): somatosensory abnormalities in 1236 patients with different neuropathic pain syndromes",
        "Pain 150:439-450", "10.1016/j.pain.2010.05.002",
    ),
    "pfau2014": Citation(
        "Pfau DB, Krumova EK, Treede RD, et al.", 2014,
        "Quantitative sensory testing in the German Research Network on Neuropathic Pain (DFNS): reference data for the trunk and application in patients with chronic postherpetic neuralgia",
        "Pain 155:1002-1015", "10.1016/j.pain.2014.02.004",
    ),
    "baron2017": Citation(
        "Baron R, Maier C, Attal N, et al.", 2017,
        "Peripheral neuropathic pain: a mechanism-related organizing principle based on sensory profiles",
        "Pain 158:261-272", "10.1097/j.pain.0000000000000753",
    ),
    "vollert2017": Citation(
        "Vollert J, Maier C, Attal N, et al.", 2017,
        "Stratifying patients with peripheral neuropathic pain based on sensory profiles: algorithm and sample size recommendations",
        "Pain 158:1446-1455", "10.1097/j.pain.0000000000000935",
    ),
    "staud2014": Citation(
        "Staud R, Weyl EE, Riley JL, Fillingim RB", 2014,
        "Slow temporal summation of pain for assessment of central pain sensitivity and clinical pain of fibromyalgia patients",
        "PLoS One 9:e89086", "10.1371/journal.pone.0089086",
    ),
    "yarnitsky2015": Citation(
        "Yarnitsky D, Bouhassira D, Drewes AM, et al.", 2015,
        "Recommendations on practice of conditioned pain modulation (CPM) testing",
        "Eur J Pain 19:805-806", "10.1002/ejp.605",
    ),
    "kemp2020": Citation(
        "Kemp HI, Kennedy DL, Wu C, Ridout DA, Rice ASC", 2020,
        "Determining real change in conditioned pain modulation: a repeated measures study in healthy volunteers",
        "J Pain 21:708-721", "10.1016/j.jpain.2019.09.010",
    ),
    "zunhammer2016": Citation(
        "Zunhammer M, Schweizer LM, Witte V, Harris RE, Bingel U, Schmidt-Wilcke T", 2016,
        "Combined glutamate and glutamine levels in pain-processing brain regions are associated with individual pain sensitivity",
        "Pain 157:2248-2256", "10.1097/j.pain.0000000000000634",
    ),
    "catley2013": Citation(
        "Catley MJ, Tabor A, Wand BM, Moseley GL", 2013,
        "Assessing tactile acuity in rheumatology and musculoskeletal medicine: how reliable are two-point discrimination tests at the neck, hand, back and foot?",
        "Rheumatology 52:1454-1461", "10.1093/rheumatology/ket140",
    ),
    "wand2010": Citation(
        "Wand BM, Di Pietro F, George P, O'Connell NE", 2010,
        "Tactile thresholds are preserved yet complex sensory function is impaired over the lumbar spine of chronic non-specific low back pain patients: a preliminary investigation",
        "Physiotherapy 96:317-323",
    ),
    "bray2011": Citation(
        "Bray H, Moseley GL", 2011,
        "Disrupted working body schema of the trunk in people with back pain",
        "Br J Sports Med 45:168-173", "10.1136/bjsm.2009.061978",
    ),
    "hautus1995": Citation(
        "Hautus MJ", 1995,
        "Corrections for extreme proportions and their biasing effects on estimated values of d'",
        "Behav Res Methods Instrum Comput 27:46-51", "10.3758/BF03203619",
    ),
    "wilson1927": Citation(
        "Wilson EB", 1927,
        "Probable inference, the law of succession, and statistical inference",
        "J Am Stat Assoc 22:209-212", "10.1080/01621459.1927.10502953",
    ),
    "schuett2016": Citation(
        "Schütt HH, Harmeling S, Macke JH, Wichmann FA", 2016,
        "Painfree and accurate Bayesian estimation of psychometric functions for (potentially) overdispersed data",
        "Vision Res 122:105-123", "10.1016/j.visres.2016.02.002",
    ),
    # questionnaires
    "freynhagen2006": Citation(
        "Freynhagen R, Baron R, Gockel U, Tölle TR", 2006,
        "painDETECT: a new screening questionnaire to identify neuropathic components in patients with back pain",
        "Curr Med Res Opin 22:1911-1920", "10.1185/030079906X132488",
    ),
    "bouhassira2005": Citation(
        "Bouhassira D, Attal N, Alchaar H, et al.", 2005,
        "Comparison of pain syndromes associated with nervous or somatic lesions and development of a new neuropathic pain diagnostic questionnaire (DN4)",
        "Pain 114:29-36", "10.1016/j.pain.2004.12.010",
    ),
    "bennett2001": Citation(
        "Bennett M", 2001,
        "The LANSS Pain Scale: the Leeds assessment of neuropathic symptoms and signs",
        "Pain 92:147-157", "10.1016/S0304-3959(00)00482-6",
    ),
    "bennett2005": Citation(
        "Bennett MI, Smith BH, Torrance N, Potter J", 2005,
        "The S-LANSS score for identifying pain of predominantly neuropathic origin: validation for use in clinical and postal research",
        "J Pain 6:149-158", "10.1016/j.jpain.2004.11.007",
    ),
    "mayer2012": Citation(
        "Mayer TG, Neblett R, Cohen H, et al.", 2012,
        "The development and psychometric validation of the Central Sensitization Inventory",
        "Pain Pract 12:276-285",
    ),
    "neblett2017": Citation(
        "Neblett R, Hartzell MM, Mayer TG, Cohen H, Gatchel RJ", 2017,
        "Establishing clinically relevant severity levels for the Central Sensitization Inventory",
        "Pain Pract 17:166-175", "10.1111/papr.12440",
    ),
    "nishigami2018": Citation(
        "Nishigami T, Tanaka K, Mibu A, Manfuku M, Yono S, Tanabe A", 2018,
        "Development and psychometric properties of short form of central sensitization inventory in participants with musculoskeletal pain: a cross-sectional study",
        "PLoS One 13:e0200152", "10.1371/journal.pone.0200152",
    ),
    "bennett2009": Citation(
        "Bennett RM, Friend R, Jones KD, Ward R, Han BK, Ross RL", 2009,
        "The Revised Fibromyalgia Impact Questionnaire (FIQR): validation and psychometric properties",
        "Arthritis Res Ther 11:R120", "10.1186/ar2783",
    ),
    "wolfe2016": Citation(
        "Wolfe F, Clauw DJ, Fitzcharles MA, et al.", 2016,
        "2016 revisions to the 2010/2011 fibromyalgia diagnostic criteria",
        "Semin Arthritis Rheum 46:319-329", "10.1016/j.semarthrit.2016.08.012",
    ),
    "fairbank2000": Citation(
        "Fairbank JCT, Pynsent PB", 2000,
        "The Oswestry Disability Index",
        "Spine 25:2940-2952", "10.1097/00007632-200011150-00017",
    ),
    "roland1983": Citation(
        "Roland M, Morris R", 1983,
        "A study of the natural history of back pain. Part I: development of a reliable and sensitive measure of disability in low-back pain",
        "Spine 8:141-144", "10.1097/00007632-198303000-00004",
    ),
    "sullivan1995": Citation(
        "Sullivan MJL, Bishop SR, Pivik J", 1995,
        "The Pain Catastrophizing Scale: development and validation",
        "Psychol Assess 7:524-532", "10.1037/1040-3590.7.4.524",
    ),
    "zigmond1983": Citation(
        "Zigmond AS, Snaith RP", 1983,
        "The Hospital Anxiety and Depression Scale",
        "Acta Psychiatr Scand 67:361-370", "10.1111/j.1600-0447.1983.tb09716.x",
    ),
    "bell2016": Citation(
        "Bell ML, Fairclough DL, Fiero MH, Butow PN", 2016,
        "Handling missing items in the Hospital Anxiety and Depression Scale (HADS): a simulation study",
        "BMC Res Notes 9:479", "10.1186/s13104-016-2284-z",
    ),
    "buysse1989": Citation(
        "Buysse DJ, Reynolds CF, Monk TH, Berman SR, Kupfer DJ", 1989,
        "The Pittsburgh Sleep Quality Index: a new instrument for psychiatric practice and research",
        "Psychiatry Res 28:193-213", "10.1016/0165-1781(89)90047-4",
    ),
    "bastien2001": Citation(
        "Bastien CH, Vallières A, Morin CM", 2001,
        "Validation of the Insomnia Severity Index as an outcome measure for insomnia research",
        "Sleep Med 2:297-307", "10.1016/S1389-9457(00)00065-4",
    ),
    "hill2008": Citation(
        "Hill JC, Dunn KM, Lewis M, et al.", 2008,
        "A primary care back pain screening tool: identifying patient subgroups for initial treatment",
        "Arthritis Rheum 59:632-641", "10.1002/art.23563",
    ),
    "linton2011": Citation(
        "Linton SJ, Nicholas M, MacDonald S", 2011,
        "Development of a short form of the Örebro Musculoskeletal Pain Screening Questionnaire",
        "Spine 36:1891-1895", "10.1097/BRS.0b013e3181f8f775",
    ),
    "krupp1989": Citation(
        "Krupp LB, LaRocca NG, Muir-Nash J, Steinberg AD", 1989,
        "The Fatigue Severity Scale: application to patients with multiple sclerosis and systemic lupus erythematosus",
        "Arch Neurol 46:1121-1123", "10.1001/archneur.1989.00520460115022",
    ),
    "smets1995": Citation(
        "Smets EMA, Garssen B, Bonke B, De Haes JCJM", 1995,
        "The Multidimensional Fatigue Inventory (MFI): psychometric qualities of an instrument to assess fatigue",
        "J Psychosom Res 39:315-325", "10.1016/0022-3999(94)00125-O",
    ),
    "waddell1993": Citation(
        "Waddell G, Newton M, Henderson I, Somerville D, Main CJ", 1993,
        "A Fear-Avoidance Beliefs Questionnaire (FABQ) and the role of fear-avoidance beliefs in chronic low back pain and disability",
        "Pain 52:157-168", "10.1016/0304-3959(93)90127-B",
    ),
    "vlaeyen1995": Citation(
        "Vlaeyen JWS, Kole-Snijders AMJ, Boeren RGB, van Eek H", 1995,
        "Fear of movement/(re)injury in chronic low back pain and its relation to behavioral performance",
        "Pain 62:363-372", "10.1016/0304-3959(94)00279-N",
    ),
    "woby2005": Citation(
        "Woby SR, Roach NK, Urmston M, Watson PJ", 2005,
        "Psychometric properties of the TSK-11: a shortened version of the Tampa Scale for Kinesiophobia",
        "Pain 117:137-144",
    ),
    "fliege2005": Citation(
        "Fliege H, Rose M, Arck P, et al.", 2005,
        "The Perceived Stress Questionnaire (PSQ) reconsidered: validation and reference values from different clinical and healthy adult samples",
        "Psychosom Med 67:78-88", "10.1097/01.psy.0000151491.80178.78",
    ),
    "levenstein1993": Citation(
        "Levenstein S, Prantera C, Varvo V, et al.", 1993,
        "Development of the Perceived Stress Questionnaire: a new tool for psychosomatic research",
        "J Psychosom Res 37:19-32",
    ),
    "radloff1977": Citation(
        "Radloff LS", 1977,
        "The CES-D Scale: a self-report depression scale for research in the general population",
        "Appl Psychol Meas 1:385-401", "10.1177/014662167700100306",
    ),
    "kroenke2001": Citation(
        "Kroenke K, Spitzer RL, Williams JBW", 2001,
        "The PHQ-9: validity of a brief depression severity measure",
        "J Gen Intern Med 16:606-613", "10.1046/j.1525-1497.2001.016009606.x",
    ),
    "spitzer2006": Citation(
        "Spitzer RL, Kroenke K, Williams JBW, Löwe B", 2006,
        "A brief measure for assessing generalized anxiety disorder: the GAD-7",
        "Arch Intern Med 166:1092-1097", "10.1001/archinte.166.10.1092",
    ),
    "cohen1983": Citation(
        "Cohen S, Kamarck T, Mermelstein R", 1983,
        "A global measure of perceived stress",
        "J Health Soc Behav 24:385-396", "10.2307/2136404",
    ),
    "lovibond1995": Citation(
        "Lovibond PF, Lovibond SH", 1995,
        "The structure of negative emotional states: comparison of the Depression Anxiety Stress Scales (DASS) with the Beck Depression and Anxiety Inventories",
        "Behav Res Ther 33:335-343", "10.1016/0005-7967(94)00075-U",
    ),
    "herdman2011": Citation(
        "Herdman M, Gudex C, Lloyd A, et al.", 2011,
        "Development and preliminary testing of the new five-level version of EQ-5D (EQ-5D-5L)",
        "Qual Life Res 20:1727-1736", "10.1007/s11136-011-9903-x",
    ),
    "ludwig2018": Citation(
        "Ludwig K, Graf von der Schulenburg JM, Greiner W", 2018,
        "German value set for the EQ-5D-5L",
        "Pharmacoeconomics 36:663-674", "10.1007/s40273-018-0615-8",
    ),
    "norman2023": Citation(
        "Norman R, Mulhern B, Lancsar E, et al.", 2023,
        "The use of a discrete choice experiment including both duration and dead for the development of an EQ-5D-5L value set for Australia",
        "Pharmacoeconomics 41:427-438", "10.1007/s40273-023-01243-0",
    ),
    "dolan1997": Citation(
        "Dolan P", 1997,
        "Modeling valuations for EuroQol health states",
        "Med Care 35:1095-1108", "10.1097/00005650-199711000-00002",
    ),
    "krebs2009": Citation(
        "Krebs EE, Lorenz KA, Bair MJ, et al.", 2009,
        "Development and initial validation of the PEG, a three-item scale assessing pain intensity and interference",
        "J Gen Intern Med 24:733-738", "10.1007/s11606-009-0981-1",
    ),
    "deyo2014": Citation(
        "Deyo RA, Dworkin SF, Amtmann D, et al.", 2014,
        "Report of the NIH Task Force on research standards for chronic low back pain",
        "J Pain 15:569-585", "10.1016/j.jpain.2014.03.005",
    ),
    "vonkorff2020": Citation(
        "Von Korff M, DeBar LL, Krebs EE, Kerns RD, Deyo RA, Keefe FJ", 2020,
        "Graded chronic pain scale revised: mild, bothersome, and high-impact chronic pain",
        "Pain 161:651-661", "10.1097/j.pain.0000000000001758",
    ),
    "wand2014": Citation(
        "Wand BM, James M, Abbaszadeh S, et al.", 2014,
        "Assessing self-perception in patients with chronic low back pain: development of a back-specific body-perception questionnaire",
        "J Back Musculoskelet Rehabil 27:463-473",
    ),
    "creamer2003": Citation(
        "Creamer M, Bell R, Failla S", 2003,
        "Psychometric properties of the Impact of Event Scale-Revised",
        "Behav Res Ther 41:1489-1496", "10.1016/j.brat.2003.07.010",
    ),
    "scholz2009": Citation(
        "Scholz J, Mannion RJ, Hord DE, et al.", 2009,
        "A novel tool for the assessment of pain: validation in low back pain",
        "PLoS Med 6:e1000047", "10.1371/journal.pmed.1000047",
    ),
    "cronbach1951": Citation(
        "Cronbach LJ", 1951,
        "Coefficient alpha and the internal structure of tests",
        "Psychometrika 16:297-334", "10.1007/BF02310555",
    ),
    "rubin1982": Citation(
        "Rubin DB, Thayer DT", 1982,
        "EM algorithms for ML factor analysis",
        "Psychometrika 47:69-76", "10.1007/BF02293851",
    ),
    "terwee2007": Citation(
        "Terwee CB, Bot SDM, de Boer MR, et al.", 2007,
        "Quality criteria were proposed for measurement properties of health status questionnaires",
        "J Clin Epidemiol 60:34-42", "10.1016/j.jclinepi.2006.03.012",
    ),
    "jacobson1991": Citation(
        "Jacobson NS, Truax P", 1991,
        "Clinical significance: a statistical approach to defining meaningful change in psychotherapy research",
        "J Consult Clin Psychol 59:12-19", "10.1037/0022-006X.59.1.12",
    ),
    # criteria, outcomes, biosamples
    "finnerup2016": Citation(
        "Finnerup NB, Haroutounian S, Kamerman P, et al.", 2016,
        "Neuropathic pain: an updated grading system for research and clinical practice",
        "Pain 157:1599-1606", "10.1097/j.pain.0000000000000492",
    ),
    "kosek2021": Citation(
        "Kosek E, Clauw D, Nijs J, et al.", 2021,
        "Chronic nociplastic pain affecting the musculoskeletal system: clinical criteria and grading system",
        "Pain 162:2629-2634", "10.1097/j.pain.0000000000002324",
    ),
    "arnold2019": Citation(
        "Arnold LM, Bennett RM, Crofford LJ, et al.", 2019,
        "AAPT diagnostic criteria for fibromyalgia",
        "J Pain 20:611-628", "10.1016/j.jpain.2018.10.008",
    ),
    "treede2019": Citation(
        "Treede RD, Rief W, Barke A, et al.", 2019,
        "Chronic pain as a symptom or a disease: the IASP classification of chronic pain for ICD-11",
        "Pain 160:19-27", "10.1097/j.pain.0000000000001384",
    ),
    "ritchie2013": Citation(
        "Ritchie C, Hendrikz J, Kenardy J, Sterling M", 2013,
        "Derivation of a clinical prediction rule to identify both chronic moderate/severe disability and full recovery "
        "following whiplash injury",
        "Pain 154:2198-2206", "10.1016/j.pain.2013.07.001",
    ),
    "sterling2005": Citation(
        "Sterling M, Jull G, Vicenzino B, Kenardy J, Darnell R", 2005,
        "Physical and psychological factors predict outcome following whiplash injury",
        "Pain 114:141-148", "10.1016/j.pain.2004.12.005",
    ),
    "dworkin2008": Citation(
        "Dworkin RH, Turk DC, Wyrwich KW, et al.", 2008,
        "Interpreting the clinical importance of treatment outcomes in chronic pain clinical trials: IMMPACT recommendations",
        "J Pain 9:105-121", "10.1016/j.jpain.2007.09.005",
    ),
    "farrar2001": Citation(
        "Farrar JT, Young JP, LaMoreaux L, Werth JL, Poole RM", 2001,
        "Clinical importance of changes in chronic pain intensity measured on an 11-point numerical pain rating scale",
        "Pain 94:149-158", "10.1016/S0304-3959(01)00349-9",
    ),
    "baliki2012": Citation(
        "Baliki MN, Petre B, Torbey S, et al.", 2012,
        "Corticostriatal functional connectivity predicts transition to chronic back pain",
        "Nat Neurosci 15:1117-1119", "10.1038/nn.3153",
    ),
    "smart2011": Citation(
        "Smart KM, Blake C, Staines A, Doody C", 2011,
        "The discriminative validity of nociceptive, peripheral neuropathic, and central sensitization as mechanisms-based "
        "classifications of musculoskeletal pain",
        "Clin J Pain 27:655-663", "10.1097/AJP.0b013e318215f16a",
    ),
    "fop2017": Citation(
        "Fop M, Smart KM, Murphy TB", 2017,
        "Variable selection for latent class analysis with application to low back pain diagnosis",
        "Ann Appl Stat 11:2080-2110", "10.1214/17-AOAS1061",
    ),
    "wigginton2005": Citation(
        "Wigginton JE, Cutler DJ, Abecasis GR", 2005,
        "A note on exact tests of Hardy-Weinberg equilibrium",
        "Am J Hum Genet 76:887-893", "10.1086/429864",
    ),
    "tobin1958": Citation(
        "Tobin J", 1958,
        "Estimation of relationships for limited dependent variables",
        "Econometrica 26:24-36", "10.2307/1907382",
    ),
    "newcombe1998": Citation(
        "Newcombe RG", 1998,
        "Interval estimation for the difference between independent proportions: comparison of eleven methods",
        "Stat Med 17:873-890",
    ),
    "altman1998": Citation(
        "Altman DG", 1998,
        "Confidence intervals for the number needed to treat",
        "BMJ 317:1309-1312", "10.1136/bmj.317.7168.1309",
    ),
    "fleiss1969": Citation(
        "Fleiss JL, Cohen J, Everitt BS", 1969,
        "Large sample standard errors of kappa and weighted kappa",
        "Psychol Bull 72:323-327", "10.1037/h0028106",
    ),
}  # fmt: skip
