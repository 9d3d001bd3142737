# Writes C source that holds each file named on the command line as a string:
# index.html becomes page_index_html, page.css becomes page_css.
FNR == 1 {
	if (open)
		print ";"
	name = FILENAME
	sub(/.*\//, "", name)
	gsub(/[^A-Za-z0-9]/, "_", name)
	if (name !~ /^page_/)
		name = "page_" name
	if (!open)
		print "#include \"desk/page_files.h\"\n"
	print "const char " name "[] ="
	open = 1
}
{
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	gsub(/\?/, "\\?") # which are no trigraphs
	print "    \"" $0 "\\n\""
}
END { if (open) print ";" }
