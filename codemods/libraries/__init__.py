"""One file per library: what its calls give and what it notices; `registry` names them all."""
