# Completion of wirewatch(1) for fish. Feeds are asked of the running daemon.

function __wirewatch_feeds
    wirewatch feeds --json 2>/dev/null | string replace -rf '^\\{"id":"([^"\\\\]*)".*' '$1'
end

function __wirewatch_on
    __fish_seen_subcommand_from $argv
end

complete -c wirewatch -f
complete -c wirewatch -l help -d 'print the usage'

complete -c wirewatch -n __fish_use_subcommand -l version -d 'print the version'
complete -c wirewatch -n __fish_use_subcommand -a check -d 'tell all that is wrong with a configuration'
complete -c wirewatch -n __fish_use_subcommand -a entity -d 'make an entity pack, list the forms of a name'
complete -c wirewatch -n __fish_use_subcommand -a explain -d 'tell why an item alerted, or why not'
complete -c wirewatch -n __fish_use_subcommand -a feeds -d 'list the feeds and how each of them is'
complete -c wirewatch -n __fish_use_subcommand -a fetch -d 'fetch one feed and print it as JSON Feed'
complete -c wirewatch -n __fish_use_subcommand -a group -d 'join items into stories'
complete -c wirewatch -n __fish_use_subcommand -a help -d 'list the commands'
complete -c wirewatch -n __fish_use_subcommand -a match -d 'find the mentions in plain-text files'
complete -c wirewatch -n __fish_use_subcommand -a parse -d 'read a feed document and print it as JSON Feed'
complete -c wirewatch -n __fish_use_subcommand -a poll -d 'have the daemon fetch feeds now'
complete -c wirewatch -n __fish_use_subcommand -a reload -d 'have the daemon read its configuration again'
complete -c wirewatch -n __fish_use_subcommand -a search -d 'find alerts or items by words and filters'
complete -c wirewatch -n __fish_use_subcommand -a status -d 'tell how the daemon is'
complete -c wirewatch -n __fish_use_subcommand -a stories -d 'list stories, who had what first'
complete -c wirewatch -n __fish_use_subcommand -a story -d 'show one story as a timeline'
complete -c wirewatch -n __fish_use_subcommand -a tail -d 'print the newest alerts, and those to come'

set -l daemon explain feeds poll reload search status stories story tail
complete -c wirewatch -n "__wirewatch_on $daemon" -s s -l socket -r -F -d 'socket of the daemon'
complete -c wirewatch -n "__wirewatch_on $daemon check entity" -l json -d 'print JSON'
complete -c wirewatch -n '__wirewatch_on check feeds fetch match' -s c -l config -r -F -d 'configuration'
complete -c wirewatch -n '__wirewatch_on check fetch match parse entity' -F

set -l lists search stories
set -l times 15m 1h 6h 1d 7d
complete -c wirewatch -n "__wirewatch_on $lists" -l entity -x -d 'with an entity'
complete -c wirewatch -n "__wirewatch_on $lists feeds" -l outlet -x -d 'of one outlet'
complete -c wirewatch -n "__wirewatch_on $lists" -l level -x -a 'routine urgent flash' -d 'of a level'
complete -c wirewatch -n "__wirewatch_on $lists" -l since -x -a "$times" -d 'from a time on'
complete -c wirewatch -n "__wirewatch_on $lists" -l until -x -a "$times" -d 'up to a time'
complete -c wirewatch -n "__wirewatch_on $lists" -s n -l limit -x -d 'how many'
complete -c wirewatch -n '__wirewatch_on search' -l items -d 'search all items'
complete -c wirewatch -n '__wirewatch_on search' -l feed -x -a '(__wirewatch_feeds)' -d 'of one feed'
complete -c wirewatch -n '__wirewatch_on search' -l rule -x -d 'of a rule'
complete -c wirewatch -n '__wirewatch_on stories' -l told -d 'of which an alert told'
complete -c wirewatch -n '__wirewatch_on stories' -l outlets -x -d 'carried by so many'
complete -c wirewatch -n '__wirewatch_on feeds' -a 'add remove'
complete -c wirewatch -n '__wirewatch_on feeds' -l id -x -d 'of the feed to add'
complete -c wirewatch -n '__wirewatch_on feeds' -l state -x -a 'waiting up failing quarantined down silent gone blocked' -d 'in one state'
complete -c wirewatch -n '__wirewatch_on poll' -a '(__wirewatch_feeds)' -d feed
complete -c wirewatch -n '__wirewatch_on tail' -s n -l lines -x -d 'how many'
complete -c wirewatch -n '__wirewatch_on tail' -s f -l follow -d 'also those to come'
complete -c wirewatch -n '__wirewatch_on entity' -a 'import forms'
complete -c wirewatch -n '__wirewatch_on entity feeds match' -l language -x -d 'BCP 47 code'
complete -c wirewatch -n '__wirewatch_on match' -l explain -d 'tell reasons'
complete -c wirewatch -n '__wirewatch_on match' -l color -d 'mark mentions in the text'
complete -c wirewatch -n '__wirewatch_on parse' -l url -x -d 'address of the document'
complete -c wirewatch -n '__wirewatch_on parse' -l content-type -x -d 'Content-Type header'
complete -c wirewatch -n '__wirewatch_on parse' -l content-location -x -d 'Content-Location header'
