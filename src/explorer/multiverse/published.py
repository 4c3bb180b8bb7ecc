"""Defensible options around the published study, each with its reason and source, and what may not go together.

Nothing here is specific to the bundled cohort but the drugs and the scores. Left out on purpose: the best and the worst
case, which are bounds; multiple imputation, which runs study by study; and options that change nobody on the bundled
cohort, as no minimum of prescriptions (everybody there has two).
"""

from __future__ import annotations

from explorer.multiverse.decisions import (
    AfterStopDecision,
    AfterStopOption,
    CriteriaDecision,
    CriteriaOption,
    Decision,
    IndexDecision,
    IndexOption,
    MissingDecision,
    MissingOption,
    RuleDecision,
    RuleOption,
    ThresholdDecision,
    ThresholdOption,
    WindowDecision,
    WindowOption,
)
from explorer.multiverse.grid import Forbidden
from explorer.study.eligibility import BaselineScore, Prescriptions, PriorTreatment
from explorer.study.missing import Missing
from explorer.study.presets import (
    ALMOST_CLEAR,
    ALMOST_CLEAR_AND_BETTER,
    ARTICLE,
    COMPARE,
    HALF_OF_BSA,
    PRESETS,
)
from explorer.study.response import PointImprovement, Reported, ScoreAtMost
from explorer.study.windows import Window

OURS = "Our own"
SEED = f"Olagun-Samuel 2026, JAAD International 24:67-69, read as a news summary, {ARTICLE}"
READING = f"Our reading of {SEED}"
TRIALS = f"JADE COMPARE; ARCADIA; ROCKET-IGNITE, {COMPARE}"
ITCH_TRIALS = f"JADE COMPARE; ARCADIA, {COMPARE}"
ITCH_RECORDS = "US dupilumab records study, https://escholarship.org/uc/item/9c04j2xn"
ITCH_VALIDATION = "Rams 2024 Adv Ther, https://doi.org/10.1007/s12325-024-02802-3"
TARGETS = (
    "International eDelphi consensus on treating to target, 2021, https://pmc.ncbi.nlm.nih.gov/articles/PMC9366686"
)
TARGETS_LATER = "Treat-to-target, moderate set, https://doi.org/10.1007/s13555-025-01508-w"
ECZTRA = "ECZTRA 1 and 2, https://pmc.ncbi.nlm.nih.gov/articles/PMC7986183"
POST_HOC = "Simpson 2023, ECZTRA 1 and 2 post hoc, https://doi.org/10.1007/s40257-023-00817-0"
ADOLESCENTS = (
    "ECZTRA 6 post hoc (abstract), https://discovery.researcher.life/article/meaningful-responses-in-tralokinumab-"
    "treated-adolescents-with-atopic-dermatitis-not-achieving-iga-0-1-at-week-16/860cbc3f221030ebaafefee963b64829"
)
ERASMUS = "Erasmus MC daily-practice tralokinumab cohort, 2023, https://doi.org/10.1093/ced/llad038"
BIODAY = "BioDay registry, 2023, https://pmc.ncbi.nlm.nih.gov/articles/PMC9949218"
ESTIMANDS = "ICH E9(R1), 2019, efficacy guidelines, https://www.ich.org"
MISSING_DATA = "National Research Council 2010, https://doi.org/10.17226/12955"
FUTURE_EXPOSURE = "Lund 2017 Clin Epidemiol 9:611-626, https://doi.org/10.2147/CLEP.S147175"
REGRESSION = "Barnett 2005 Int J Epidemiol 34:215-220, https://doi.org/10.1093/ije/dyh299"

DUPILUMAB, TRALOKINUMAB = "dupilumab", "tralokinumab"
CARRIED = "last score carried forward"
NO_EFFECT = ("inadequate_response", "loss_of_response")

PRIOR = CriteriaDecision(
    field="among",
    name="Prior dupilumab",
    kind="prior_treatment",
    about=DUPILUMAB,
    options=(
        CriteriaOption(
            label="any prior dupilumab",
            criteria=(PriorTreatment(drug=DUPILUMAB),),
            reason="The article counts improvement among all who had dupilumab before, whatever made them leave it.",
            source=SEED,
        ),
        CriteriaOption(
            label="stopped without effect",
            criteria=(PriorTreatment(drug=DUPILUMAB, stop_reasons=NO_EFFECT),),
            reason="The question is what helps after dupilumab has failed; those who left it for another reason may "
            "still respond to the same pathway.",
            source="Our own; the article does not say what failure of dupilumab is",
        ),
        CriteriaOption(
            label="stopped without effect or for harm",
            criteria=(PriorTreatment(drug=DUPILUMAB, stop_reasons=(*NO_EFFECT, "adverse_event")),),
            reason="Failure as another cohort of the same switch counts it: insufficient response or an adverse event.",
            source=ERASMUS,
        ),
    ),
)

PRESCRIBED = CriteriaDecision(
    field="eligibility",
    name="Tralokinumab prescriptions",
    kind="prescriptions",
    about=TRALOKINUMAB,
    options=(
        CriteriaOption(
            label="2 prescriptions or more",
            criteria=(Prescriptions(drug=TRALOKINUMAB, at_least=2),),
            reason="The entry rule of the article.",
            source=SEED,
        ),
        CriteriaOption(
            label="3 prescriptions or more",
            criteria=(Prescriptions(drug=TRALOKINUMAB, at_least=3),),
            reason="Only patients who stayed on the drug were fully treated; as this looks at what came after the "
            "start, it leaves early failures out and flatters the drug.",
            source=f"Our own; on what is wrong with it: {FUTURE_EXPOSURE}",
        ),
    ),
)

SEVERITY = CriteriaDecision(
    field="eligibility",
    name="Severity at the start",
    kind="baseline_score",
    about="IGA",
    options=(
        CriteriaOption(label="any severity", reason="The article restricts nobody by severity.", source=SEED),
        CriteriaOption(
            label="IGA 3 or more",
            criteria=(BaselineScore(instrument="IGA", at_least=3),),
            reason="Most trials admit only moderate or severe disease; patients chosen by a bad score improve in part "
            "by regression to the mean.",
            source=TRIALS,
        ),
    ),
)

BASELINE = WindowDecision(
    field="baseline",
    name="Baseline",
    options=(
        WindowOption(
            label="last score of 60 days",
            window=Window(from_day=-60, to_day=0, pick="last"),
            reason="The visit at which the drug was chosen; two months, because clinic visits are that far apart.",
            source="Our reading; the article does not say which score is the baseline",
        ),
        WindowOption(
            label="last score of 14 days",
            window=Window(from_day=-14, to_day=0, pick="last"),
            reason="Nearer to a trial, whose baseline is scored on the day of the first dose; fewer patients have it.",
            source=OURS,
        ),
        WindowOption(
            label="mean of 60 days",
            window=Window(from_day=-60, to_day=0, pick="mean"),
            reason="The mean of several scores before the start lessens regression to the mean.",
            source=REGRESSION,
        ),
    ),
)

FOLLOW_UP = WindowDecision(
    field="follow_up",
    name="Follow-up",
    options=(
        WindowOption(
            label="3 months (days 30 to 120)",
            window=Window(from_day=30, to_day=120, target_day=90, pick="closest"),
            reason="The article gives three months for BSA and itch, and consensus judges a first target then.",
            source=f"{READING}; {TARGETS}",
        ),
        WindowOption(
            label="week 16 (days 84 to 140)",
            window=Window(from_day=84, to_day=140, target_day=112, pick="closest"),
            reason="Phase 3 trials of the drug are read at week 16; here within four weeks of it.",
            source=ECZTRA,
        ),
        WindowOption(
            label="6 months (days 90 to 210)",
            window=Window(from_day=90, to_day=210, target_day=180, pick="closest"),
            reason="Consensus judges the optimal target at six months, and late responders are seen by then.",
            source=TARGETS,
        ),
        WindowOption(
            label="last score up to day 180",
            window=Window(from_day=30, to_day=180, pick="last"),
            reason="What a chart review finds when it takes the latest note: patients are seen after different times.",
            source=OURS,
        ),
        WindowOption(
            label="best score up to day 180",
            window=Window(from_day=30, to_day=180, pick="best"),
            reason="Whether a patient ever did well on the drug; it flatters patients who are seen often.",
            source=OURS,
        ),
    ),
)

DAY_0 = IndexDecision(
    field="index",
    name="Day 0",
    options=(
        IndexOption(
            label="first prescription",
            index="first_prescription",
            reason="The day the drug was chosen, which every chart has.",
            source="Our reading; the article searched prescriptions",
        ),
        IndexOption(
            label="first dose",
            index="first_dose",
            reason="Trials count from the first dose; approval and delivery take days to weeks.",
            source="Our own, after the custom of trials",
        ),
    ),
)

STOPPED = AfterStopDecision(
    field="after_stop",
    name="After leaving tralokinumab",
    options=(
        AfterStopOption(
            label="the score counts all the same",
            after_stop="ignore",
            reason="Treatment policy: what became of patients who were started on the drug.",
            source=f"{ESTIMANDS}; the article does not say",
        ),
        AfterStopOption(
            label="leaving is failure",
            after_stop="failure",
            reason="Composite strategy: patients who left the drug are taken not to have been helped by it.",
            source=ESTIMANDS,
        ),
        AfterStopOption(
            label="last score on the drug",
            after_stop="last_before_stop",
            reason="While on treatment: what the drug did for as long as it was taken.",
            source=ESTIMANDS,
        ),
    ),
)

UNKNOWN = MissingDecision(
    field="missing",
    name="Missing outcomes",
    options=(
        MissingOption(
            label="count as no response",
            missing=Missing(kind="non_responder"),
            reason="The article's percentage is among all prior users, and trials of the drug count so.",
            source=f"{READING}; {ADOLESCENTS}",
        ),
        MissingOption(
            label="left out",
            missing=Missing(kind="observed"),
            reason="Nothing is invented; right only if patients without a score did as well as those with one.",
            source=f"Common practice in chart reviews; on its assumption: {MISSING_DATA}",
        ),
        MissingOption(
            label=CARRIED,
            missing=Missing(kind="last_observation"),
            reason="Supposes no change since the last visit; once usual, and discouraged as a first choice.",
            source=MISSING_DATA,
        ),
    ),
)

COMPOSITE, COMPOSITE_BENEFIT = "any of scores and three reports", "any of scores and overall benefit"
COMPOSITE_ANY = "any improvement or report"
BY_1, BY_2, CLEAR = "IGA 0 or 1, a grade better", "IGA 0 or 1, two grades better", "IGA 0 or 1, whatever before"
ITCH_4, ITCH_3, ITCH_LOW = "itch from 4 or more", "itch from 3 or more", "itch of 4 or less"
BSA, EITHER, BOTH, BENEFIT = "BSA", "BSA, itch or IGA", "IGA and itch", "overall benefit reported"

RESPONSE = RuleDecision(
    field="rule",
    name="Response",
    options=(
        RuleOption(
            label=COMPOSITE,
            rule=PRESETS["as-published"].study.response.rule,
            reason="The article counts a better score or benefit reported by the patient and leaves open how much "
            "better: the middle reading.",
            source=READING,
        ),
        RuleOption(
            label=COMPOSITE_BENEFIT,
            rule=PRESETS["as-published-thresholds"].study.response.rule,
            reason="A stricter reading of the same sentence: fewer flares or less topical treatment alone do not count.",
            source=READING,
        ),
        RuleOption(
            label=COMPOSITE_ANY,
            rule=PRESETS["as-published-any"].study.response.rule,
            reason="The loosest reading of the same sentence: any fall of a score, however small, or any report.",
            source=READING,
        ),
        RuleOption(
            label=BY_2,
            rule=PRESETS["iga-01-2pt"].study.response.rule,
            reason="The strictest common endpoint of the trials.",
            source=TRIALS,
        ),
        RuleOption(
            label=BY_1,
            rule=ALMOST_CLEAR_AND_BETTER,
            reason="The same goal for patients who start at grade 2 or 3, from whom two grades are a lot to ask.",
            source=OURS,
        ),
        RuleOption(
            label=CLEAR,
            rule=ALMOST_CLEAR,
            reason="The article gives an IGA of 1 or less without asking for a fall; patients who began there count.",
            source=SEED,
        ),
        RuleOption(
            label=ITCH_4,
            rule=PRESETS["itch-4pt"].study.response.rule,
            among=(BaselineScore(instrument="PPNRS", at_least=4),),
            reason="The trials' cut of 4 points, among those who can fall by 4.",
            source=ITCH_TRIALS,
        ),
        RuleOption(
            label=ITCH_3,
            rule=PointImprovement(instrument="PPNRS", at_least=3),
            among=(BaselineScore(instrument="PPNRS", at_least=3),),
            reason="The change that matters to a person, 3 points, among those who can fall by 3.",
            source=f"{ITCH_VALIDATION}; {ITCH_RECORDS}",
        ),
        RuleOption(
            label=ITCH_LOW,
            rule=ScoreAtMost(instrument="PPNRS", score=4),
            reason="A state and not a change: useful after a switch, when the first drug has already lowered the score.",
            source=f"{BIODAY}; TRACE",
        ),
        RuleOption(
            label=BSA,
            rule=HALF_OF_BSA,
            reason="The extent of disease alone, which a clinician measures.",
            source=TARGETS_LATER,
        ),
        RuleOption(
            label=EITHER,
            rule=PRESETS["lenient"].study.response.rule,
            reason="An either-or rule as a trial analysis has it, on the scores held here: BSA for EASI, IGA for DLQI.",
            source=f"Adapted from {POST_HOC}",
        ),
        RuleOption(
            label=BOTH,
            rule=PRESETS["strict"].study.response.rule,
            reason="Two trial endpoints at once, as the article's rule asks for any one of several.",
            source=OURS,
        ),
        RuleOption(
            label=BENEFIT,
            rule=Reported(item="overall_benefit"),
            reason="The patient's own verdict, without any score.",
            source=READING,
        ),
    ),
)

BSA_ASKED = ThresholdDecision(
    field="threshold",
    name="BSA threshold (%)",
    kind="percent_improvement",
    about="BSA",
    options=(
        ThresholdOption(label="50 %", at_least=50, reason="Halved: a moderate target.", source=TARGETS_LATER),
        ThresholdOption(
            label="75 %",
            at_least=75,
            reason="The authors of the 50 % target call it perhaps too lenient, and trials ask 75 % of EASI.",
            source=f"Our own for BSA; for EASI: {ECZTRA}",
        ),
    ),
)

ITCH_ASKED = ThresholdDecision(
    field="threshold",
    name="Itch threshold (points)",
    kind="point_improvement",
    about="PPNRS",
    options=(
        ThresholdOption(label="4 points", at_least=4, reason="The responder cut of the trials.", source=ITCH_TRIALS),
        ThresholdOption(
            label="3 points", at_least=3, reason="The change that matters to one person.", source=ITCH_VALIDATION
        ),
    ),
)

DECISIONS: tuple[Decision, ...] = (
    PRIOR,
    PRESCRIBED,
    SEVERITY,
    BASELINE,
    FOLLOW_UP,
    DAY_0,
    STOPPED,
    UNKNOWN,
    RESPONSE,
    BSA_ASKED,
    ITCH_ASKED,
)
"""Every decision with every option, in the order of a protocol."""

_AS_IN_SOURCE = "The rule is a definition with thresholds of its own; with others it would be no one's."

FORBIDDEN = (
    Forbidden(
        choices={UNKNOWN.name: (CARRIED,), RESPONSE.name: (BENEFIT,)},
        reason="Only scores are carried forward: with a rule on reports alone this would be 'left out' once more.",
    ),
    Forbidden(
        choices={RESPONSE.name: (ITCH_4,), ITCH_ASKED.name: ("3 points",)},
        reason="Patients from 4 on are counted because they can fall by 4; a fall of 3 goes with 3 or more.",
    ),
    Forbidden(
        choices={RESPONSE.name: (ITCH_3,), ITCH_ASKED.name: ("4 points",)},
        reason="Nobody who starts at 3 can fall by 4 points; a fall of 4 goes with 4 or more.",
    ),
    Forbidden(choices={RESPONSE.name: (EITHER,), BSA_ASKED.name: ("75 %",)}, reason=_AS_IN_SOURCE),
    Forbidden(choices={RESPONSE.name: (EITHER,), ITCH_ASKED.name: ("4 points",)}, reason=_AS_IN_SOURCE),
    Forbidden(choices={RESPONSE.name: (BOTH,), ITCH_ASKED.name: ("3 points",)}, reason=_AS_IN_SOURCE),
    Forbidden(
        choices={BASELINE.name: ("mean of 60 days",), FOLLOW_UP.name: ("best score up to day 180",)},
        reason="The best of several scores set against the mean of several falls even where nothing changed.",
    ),
    Forbidden(
        choices={STOPPED.name: ("the score counts all the same",), FOLLOW_UP.name: ("best score up to day 180",)},
        reason="The best score may come from after the drug was left: whether it ever helped asks for scores on it.",
    ),
)
