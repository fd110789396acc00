"""What is learnt: layers, the classifier and its start, the objective and how it is measured."""
