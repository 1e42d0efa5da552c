"""From a history to what is said of it: the judge, the results, and their document. Pure."""
