"""What is learnt from: the split, waveforms decoded once, augmentation, and what goes into the network."""
