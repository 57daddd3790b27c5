"""What the owner looks at: wide reads over the tables of every slice. Owns no tables and writes nothing."""
