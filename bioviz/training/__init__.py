"""Fine-tuning: checkpoints made from a model and a dataset. No module but those that compute imports torch."""
