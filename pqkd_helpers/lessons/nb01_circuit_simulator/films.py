"""The films of notebook 01."""

from .hong_ou_mandel_film import hong_ou_mandel_film
from .one_shot_film import one_shot

FILMS = (one_shot, hong_ou_mandel_film)
