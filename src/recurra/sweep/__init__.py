"""Sweeps (``train.py -m``): points are chosen by Optuna, each is run by a process that may fail without harm."""
