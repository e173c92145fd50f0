"""How the builtin parser is made: treebank reader, caption grammar, training of pipeline and role model."""
