"""The same tasks afterwards: the second one is in another module, and kept here for what was computed."""

from experimaestro import deprecate

from xpm_renamed import models
from xpm_renamed.models import Prepare

__all__ = ["Prepare", "Train"]


@deprecate
class Train(models.Train):
    """By its former name."""
