# endings.tsv -> endings_data.c: one row of C for each row of the table.
BEGIN {
	FS = "\t"
	print "/* Written by endings.awk from endings.tsv. */"
	print "#include \"match/endings.h\""
	print "const struct endings_line endings_lines[] = {"
}
/^#/ || NF < 4 { next }
{ printf "\t{\"%s\", \"%s\", %d, \"%s\"},\n", $1, $2, $3, $4 }
END {
	print "\t{0, 0, 0, 0},"
	print "};"
}
