"""Claims of processes on work: by locks of the system or by leases, and what disks and computers tell of themselves."""
