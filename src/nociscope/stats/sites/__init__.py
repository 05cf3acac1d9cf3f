"""Several sites: harmonise, replicate, pool, share sums instead of people."""
