"""Work spread over the workers of a cluster, by Dask: several processes here, SLURM or PBS jobs, or any scheduler.

This room knows nothing of sound. It connects, hands parcels of work out one by one, and tells how far they are; what is
in a parcel is the matter of who asks. The process that asks decides alone who computes what, so that no worker claims
anything.

Nothing of Dask is imported before a cluster is used.
"""
