/*
 * Live events, one connection for all pages of a browser: it opens six to a
 * server and no more. Runs as a shared worker, and in each page itself where
 * the browser has none. A page joins with {after, isLost}: the last alert it
 * knows, and whether it missed some since; and leaves with {isLeaving}. It is
 * told {alert}, {items} for items without an alert, and {isLive, seq} when
 * that changes: seq is the last alert told to all.
 */
'use strict';

const AGAIN_MS = 3000;

const alertTypes = ['item', 'story.new', 'story.grown', 'story.update',
	'story.edited', 'digest', 'feed.down', 'feed.silent', 'feed.gap', 'feed.recovered'];
const ports = new Set(); // of the pages
let source = null;       // null: no page has joined
let toldLast = 0;        // the last alert told to all, or where it began

function stateOfSource() {
	return {isLive: source.readyState === EventSource.OPEN, seq: toldLast};
}

function tell(message) {
	ports.forEach((port) => port.postMessage(message));
}

function tellAlert({data}) {
	const alert = JSON.parse(data);
	toldLast = alert.seq;
	tell({alert});
}

/* EventSource reconnects by itself but gives up on an error status. */
function onSourceError() {
	tell(stateOfSource());
	if (source.readyState === EventSource.CLOSED)
		setTimeout(() => {
			if (source.readyState === EventSource.CLOSED)
				openSource();
		}, AGAIN_MS);
}

function openSource() {
	source?.close();
	source = new EventSource(`/api/v1/events?after=${toldLast}&items=1`);
	source.onopen = () => tell(stateOfSource());
	source.onerror = onSourceError;
	for (const type of alertTypes)
		source.addEventListener(type, tellAlert);
	source.addEventListener('items', () => tell({items: true}));
}

function onPage(port, {after, isLost, isLeaving}) {
	if (isLeaving) {
		ports.delete(port);
		return;
	}
	ports.add(port);
	if (!source)
		toldLast = after;
	if (!source || isLost)
		openSource();
	else
		port.postMessage(stateOfSource());
}

function acceptPage(port) {
	port.onmessage = ({data}) => onPage(port, data);
}

globalThis.onconnect = (event) => acceptPage(event.ports[0]);
