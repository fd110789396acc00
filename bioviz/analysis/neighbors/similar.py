"""All clips in order of how alike they are to one of them, by the cosine of their embeddings."""

from __future__ import annotations

import numpy as np

_BLOCK_ROWS = 16_384


def cosine_to(embedding: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return the cosine of each row with a query; 0 where either has no direction.

    Parameters
    ----------
    embedding : (n, D) float32
        Read by blocks, so that a memory map stays one.
    query : (D,)

    Returns
    -------
    (n,) float32.

    """
    size = float(np.linalg.norm(query))
    cosine = np.zeros(len(embedding), dtype=np.float32)
    if size == 0:
        return cosine
    direction = (np.asarray(query, dtype=np.float64) / size).astype(np.float32)
    for first in range(0, len(embedding), _BLOCK_ROWS):
        rows = np.asarray(embedding[first : first + _BLOCK_ROWS], dtype=np.float32)
        norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        product = rows @ direction
        cosine[first : first + len(rows)] = np.divide(
            product, norms, out=np.zeros_like(product), where=norms > 0
        )
    return cosine


def ranked(
    embedding: np.ndarray, position: int, allowed: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return all other clips, the most alike first; of equals the one that comes first in the dataset.

    Parameters
    ----------
    embedding : (n, D) float32
    position
        Of the clip that is searched for.
    allowed : (n,) bool, optional
        Clips that may be among the results; all by default.

    Returns
    -------
    (m,) int64 positions, (m,) float32 their cosine similarities.

    """
    candidates = np.ones(len(embedding), dtype=bool) if allowed is None else np.array(allowed, dtype=bool)
    candidates[position] = False
    return ranked_to(embedding, embedding[position], candidates)


def ranked_to(embedding: np.ndarray, query: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the clips that are allowed in order of their cosine to a vector (D,) that need be no clip's."""
    cosine = cosine_to(embedding, query)
    places = np.flatnonzero(allowed)
    order = places[np.argsort(-cosine[places], kind="stable")]
    return order, cosine[order]
