"""Abstract execution of Python: what each expression can be; knows no vendor and no third-party library."""
