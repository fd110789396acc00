"""Recordings computed by the workers of a cluster: parcels of them, what a worker does, what comes of it here."""
