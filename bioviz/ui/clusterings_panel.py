"""Clusters against labels by every method: the run's own k-means, and the others once somebody asks for them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bioviz import jobs
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.scores.cluster_agreement import ClusteringScores, ClusterReport
from bioviz.analysis.scores.clustering import PRINCIPAL
from bioviz.analysis.scores.silhouette import sample_note
from bioviz.counts import UNKNOWN
from bioviz.runs import Run
from bioviz.runs.clusterings import clusterings_key, job_params, read_clusterings, start_clusterings
from bioviz.ui.job_cards import job_card
from bioviz.ui.session import Element

METHODS = {
    "kmeans": "k-means",
    "agglomerative": "agglomerative (Ward)",
    "gmm": "Gaussian mixture",
    "hdbscan": "HDBSCAN",
}
SPACES = {"projection": "map", "embedding": "embedding"}
AGREEMENT = ("nmi", "ami", "ari", "homogeneity", "completeness", "v_measure")
HELP = (
    "k-means (the paper's) and the Gaussian mixture look for round groups, agglomerative clustering joins the nearest "
    "groups step by step, HDBSCAN takes dense regions and leaves thin ones out. Where they agree on what the scores "
    "say, it does not hang on the method."
)


@st.cache_resource(max_entries=8, show_spinner=False)
def _report_of(key: str) -> ClusterReport | None:
    return read_clusterings(key)


def clusterings_panel(run: Run, own: tuple[ClusteringScores, ...], key: Element) -> None:
    """Show the clusterings that are there, and offer the others.

    Parameters
    ----------
    run
        Whose map and embedding are clustered.
    own
        What is there without asking; empty for none.
    key
        Of the button, unique on the page.

    """
    report = _report_of(clusterings_key(run))
    shown = own if report is None else report.clusterings
    if shown:
        table = clusterings_table(shown)
        three = st.column_config.NumberColumn(format="%.3f")
        columns = {name: three for name in table.columns if table[name].dtype.kind in "fO"}
        columns["clusters of the"] = st.column_config.TextColumn(width=90)
        columns["method"] = st.column_config.TextColumn(width=140)
        st.dataframe(table, hide_index=True, placeholder=UNKNOWN, column_config=columns)
        st.caption(
            f"As many clusters as labels, background included; HDBSCAN finds its own number. Clusters of the embedding "
            f"are found on its first {PRINCIPAL} principal components. Of one map and one clustering no interval is "
            f"known. {sample_note()}"
        )
    if report is not None:
        st.caption(HELP)
        return
    _report_of.clear()  # an absent one must not be remembered
    job = jobs.find("clusterings", job_params(run.spec))
    if job is not None and not job.is_over:
        job_card.watch(job.id)
        return
    if job is not None and job.state != "done":
        job_card.outcome(job)
    if st.button("Other clusterings", key=key, icon=":material/workspaces:", help=HELP):
        start_clusterings(run.spec)
        st.rerun()


def clusterings_table(shown: tuple[ClusteringScores, ...]) -> pd.DataFrame:
    """One line a clustering: where and how it was found, its clusters, and its scores."""
    return pd.DataFrame(
        [
            {
                "clusters of the": SPACES[c.space],
                "method": METHODS[c.method],
                "clusters": int(c.clusters.max(initial=-1)) + 1,
                "clips in none": int((c.clusters < 0).sum()),
            }
            | {METRIC_INFO[name].title: getattr(c.with_labels, name) for name in AGREEMENT}
            | {
                "Silhouette (embedding)": c.silhouette_on_embedding,
                "Silhouette": c.shape.silhouette,
                "Davies-Bouldin": c.shape.davies_bouldin,
                "Calinski-Harabasz": c.shape.calinski_harabasz,
            }
            for c in shown
        ]
    )
