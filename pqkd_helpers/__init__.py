"""The code behind the PQKD tutorial series: a map in reading order.

circuit_simulator       notebook 01: photons in fibre loops, sampled and exact
feature_histograms      notebook 02: from clicks to the feature z
dictionary_convolutions notebook 03: kernels mixed from a few filters by z
knowledge_distillation  notebook 04: learning from labels and from a teacher
spsa                    notebook 05: tuning angles with two noisy evaluations per step
training_loop           notebook 06: all of it together, Algorithm S1
compression             notebook 08: bytes instead of counts, and conventional methods
controls                notebook 09: what the photonic feature is compared with
paper_figures           notebooks 07 to 10: one module per figure: numbers, findings, picture
networks                teacher and student: built, trained, evaluated
datasets                image data, embedded, downloaded or your own
records                 one JSON file per run: written by experiments, read by figures
statistics              means with intervals, verdicts, equivalence, fits
experiments             runs, grids of runs and studies that reproduce the paper
lessons                 exercises, pictures and explorers, one room per notebook
classroom               editions of the notebooks for teachers, and grading
publishing              executing the notebooks, the site, texts from records
command_line            ``python -m pqkd_helpers``, one module per command
common                  checks, files, random streams, figure style

A room imports only from rooms below it: command_line; classroom, publishing; lessons;
paper_figures; experiments; records, statistics, compression; controls; training_loop;
knowledge_distillation; networks; datasets, dictionary_convolutions; circuit_simulator,
feature_histograms, spsa; common. Importing the package itself imports none of them.
"""

__version__ = "0.2.0"
