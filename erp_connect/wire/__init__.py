"""How bytes travel; knows no order."""
