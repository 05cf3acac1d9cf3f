"""Questions asked in every voxel, vertex or connection: permutation, TFCE, clusters, maps."""
