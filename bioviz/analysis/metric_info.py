"""One plain sentence for every measure, used by the pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Help:
    """What a measure is called and what it means.

    Attributes
    ----------
    title
        As shown.
    text
        One sentence.
    best
        "high", "low" or "" where neither is better.
    chance
        The value that guessing gives, None if there is no fixed one.

    """

    title: str
    text: str
    best: str = ""
    chance: float | None = None


METRIC_INFO: Mapping[str, Help] = {
    "background_share": Help(
        "Background nearby", "How much of the clip's nearest neighbors is background.", ""
    ),
    "base_rate": Help(
        "Background overall", "How much of all clips that could be neighbors is background.", ""
    ),
    "noise_confusion": Help(
        "Noise confusion",
        "How much of the clip's neighborhood is on the other side (background for a labelled clip, labelled "
        "clips for background), as if both were equally common: 0 none, 0.5 as by chance, 1 all.",
        "low",
        0.5,
    ),
    "purity": Help(
        "Neighborhood purity",
        "Share of the nearest neighbors that have a label in common with the clip.",
        "high",
    ),
    "medoid_distance": Help(
        "Distance to the medoid",
        "How far the clip is from the most central clip of its label: large for an untypical one.",
        "low",
    ),
    "local_outlier_factor": Help(
        "Local outlier factor",
        "How much sparser it is around the clip than around its neighbors: about 1 in a crowd, above 1.5 outside.",
        "low",
    ),
    "neighbor_matrix": Help(
        "Neighbor confusion matrix",
        "What the neighbors of each label's clips are: a row that is not concentrated on its own label is mixed.",
    ),
    "label_confusion": Help(
        "Background confusion",
        "Noise confusion of the label's clips together, with the range that leaving whole units to chance gives it (of "
        "more than 100 units, parts of several).",
        "low",
        0.5,
    ),
    "confused": Help(
        "Confused clips",
        "Share of clips with more of the other side around them than chance would bring.",
        "low",
    ),
    "separability_neighbor": Help(
        "Background separability (k-NN AUROC)",
        "Chance that a background clip has more background around it than a labelled clip has (AUROC).",
        "high",
        0.5,
    ),
    "separability_probe": Help(
        "Background separability (linear probe AUROC)",
        "Chance that a linear classifier finds a background clip more like background than a labelled clip (AUROC).",
        "high",
        0.5,
    ),
    "cross_unit": Help(
        "Whole units held out",
        "The score when neighbors and training clips of the same unit of independence are left out, as on new ones.",
    ),
    "gap": Help(
        "Leakage",
        "How much a score owes to clips of the same unit of independence, which share its background noise.",
        "low",
    ),
    "knn_accuracy": Help(
        "k-NN accuracy",
        "Share of clips whose label is the most common one among their neighbors (labels of one unit left out).",
        "high",
    ),
    "knn_map": Help(
        "k-NN macro average precision",
        "How pure the list of clips is that neighbors put first for a label, averaged over labels "
        "(those without clips are left out, where BEANS counts 0).",
        "high",
    ),
    "probe_accuracy": Help(
        "Linear probe accuracy",
        "Share of clips whose label a linear classifier on the embedding names (labels of one unit left out).",
        "high",
    ),
    "probe_map": Help(
        "Linear probe macro average precision",
        "How pure the list of clips is that a linear classifier puts first for a label, averaged over "
        "labels (those without clips are left out, where BEANS counts 0).",
        "high",
    ),
    "nmi": Help(
        "NMI",
        "How much the clusters (of the map, or of the embedding's 50 strongest components) tell of the labels and "
        "the reverse; it rises with the number of clusters.",
        "high",
    ),
    "ami": Help("AMI", "NMI corrected for chance.", "high", 0.0),
    "ari": Help(
        "ARI", "Agreement on which pairs of clips belong together, less that by chance.", "high", 0.0
    ),
    "homogeneity": Help("Homogeneity", "Whether each cluster holds clips of one label only.", "high"),
    "completeness": Help("Completeness", "Whether all clips of a label are in one cluster.", "high"),
    "v_measure": Help(
        "V-measure", "Homogeneity and completeness in one figure (their harmonic mean).", "high"
    ),
    "silhouette": Help(
        "Silhouette",
        "How much nearer clips are to their own group than to the next one, -1 to 1; of more than 50,000 clips "
        "estimated from 10,000 of them, drawn by lot, each against all.",
        "high",
        0.0,
    ),
    "davies_bouldin": Help(
        "Davies-Bouldin", "How wide groups are compared with the distance to their most similar group.", "low"
    ),
    "calinski_harabasz": Help(
        "Calinski-Harabasz",
        "Spread between groups against spread within them; compare on equal data only.",
        "high",
    ),
    "trustworthiness": Help(
        "Trustworthiness of the map",
        "Whether clips that are close on the map are close in the embedding too: believe a map above 0.9 (of more than "
        "2,000 clips it is estimated from 2,000 of them, drawn by lot, each against all).",
        "high",
        0.5,
    ),
    "confound_recall": Help(
        "Neighbors from the same place",
        "Share of neighbors with the clip's own unit, site or hour: high means the model hears the place.",
        "low",
    ),
    "confound_lift": Help(
        "Lift",
        "How many times more often neighbors share the unit, site or hour than their labels explain.",
        "low",
        1.0,
    ),
    "confound_ami": Help(
        "AMI of clusters and place",
        "How much clusters follow the unit, site or hour, less what chance gives.",
        "low",
        0.0,
    ),
    "rank_correlation": Help(
        "Rank correlation",
        "Whether confusion rises (towards 1) or falls (towards -1) with the feature; 0 for no relation.",
        "",
        0.0,
    ),
    "family_p": Help(
        "p",
        "p is the probability that chance alone brings so strong a relation of any property with any label (sign-flip "
        "max-T over units of independence; of more than 1,000, over parts of several).",
        "low",
    ),
    "partial_dependence": Help(
        "Partial dependence", "Confusion against the feature, with the other features' part taken out."
    ),
    "triage": Help(
        "Likeliest causes",
        "All causes that a clip has evidence for, side by side; what is as common among other clips of the same label "
        "is none.",
    ),
    "false_alarms": Help(
        "False alarms per hour",
        "How often an hour of background would set off a linear detector that finds the given share of calls.",
        "low",
    ),
    "shift_kept": Help(
        "Neighborhood preservation",
        "Share of neighbors that stay when the window starts a little earlier or later.",
        "high",
    ),
    "shift_spread": Help(
        "Spread by shifting",
        "How far the clip moves when its window starts a little earlier or later.",
        "low",
    ),
    "lost_at": Help(
        "Label lost at",
        "Signal-to-noise ratio at which background is told from the label's clips with an AUROC below 0.75: halfway "
        "between chance (0.5) and perfect (1), however much background there is.",
        "low",
    ),
    "cliffs_delta": Help(
        "Cliff's delta",
        "How far two groups are apart in a feature: 0 not at all, 1 or -1 without overlap.",
        "",
        0.0,
    ),
    "q_value": Help(
        "q", "Share of false finds to expect if this and all stronger differences are believed.", "low"
    ),
    "cluster_label_table": Help(
        "Clusters and labels",
        "How many clips of each label each cluster holds; several clusters may stand for one label.",
    ),
    "misclustered": Help(
        "Misclustered clips",
        "Share of clips in a cluster that stands for something else: background where more than half of the cluster "
        "is background, else the label most of its clips carry.",
        "low",
    ),
}
