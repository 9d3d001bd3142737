/*
 * Alerts on the desk's page: a row for each item, with what stories tell of
 * it. What page.js defines is used here, and the other way round, once both
 * are loaded. All that strangers wrote goes in through textContent only.
 */
'use strict';

const ROWS_MAX = 500; // in the list; older ones are a click away
const HELD_MAX = 500; // alerts held back; the list is read again for more
const PAGE = 100;
const LATE_MS = 10 * 60000; // from publication to alert

const levels = ['routine', 'urgent', 'flash'];
const toldTypes = ['story.grown', 'story.update', 'story.edited'];
const alertsOf = new WeakMap(); // row -> its alerts, newest first

/* ---- one alert ------------------------------------------------------------ */

function mentionsOf(alert, field) {
	return (alert.entities ?? [])
		.flatMap((entity) => entity.mentions ?? [])
		.filter((mention) => mention.field === field)
		.sort((a, b) => a.offset - b.offset);
}

/* Text with its mentions marked; offsets count bytes of UTF-8. */
function markedText(text, mentions) {
	const bytes = encoder.encode(text);
	const parts = [];
	let at = 0;
	for (const {offset, length} of mentions) {
		if (offset < at || offset + length > bytes.length)
			continue;
		parts.push(decoder.decode(bytes.subarray(at, offset)));
		parts.push(element('mark', '',
			decoder.decode(bytes.subarray(offset, offset + length))));
		at = offset + length;
	}
	parts.push(decoder.decode(bytes.subarray(at)));
	return parts;
}

/* A link where the item has one that may be followed; without a title the
 * summary stands in for it. */
function headlineElement(alert) {
	const item = alert.item;
	const node = element('div', 'headline');
	node.dir = 'auto';
	if (!item) {
		node.textContent = alert.reason?.text ?? alert.type;
		return node;
	}
	if (item.language && item.language !== 'und')
		node.lang = item.language;
	const field = item.title ? 'title' : 'summary';
	const text = item[field]
		? markedText(item[field], mentionsOf(alert, field))
		: [item.url ?? 'an item without a headline'];
	const href = safeLink(item.url);
	if (!href) {
		node.append(...text);
		return node;
	}
	const link = element('a', '', ...text);
	link.href = href;
	link.target = '_blank';
	link.rel = 'noopener noreferrer';
	node.append(link);
	return node;
}

/* The summary where it holds mentions and is not the headline. */
function detailElement(alert) {
	const mentions = mentionsOf(alert, 'summary');
	if (!alert.item?.title || !alert.item.summary || mentions.length === 0)
		return null;
	const node = element('p', 'detail',
		...markedText(alert.item.summary, mentions));
	node.dir = 'auto';
	return node;
}

/* What a row is when it is more than one item's: "new story", "3 outlets". */
const kinds = {
	'story.new': 'new story',
	'story.grown': 'story grown',
	'story.update': 'story update',
	'story.edited': 'edited',
	'digest': 'digest',
	'feed.down': 'feed down',
	'feed.silent': 'feed silent',
	'feed.gap': 'items may be lost',
	'feed.recovered': 'feed recovered',
};

/* Stories are told apart from items, and news from the health of feeds. */
function kindClass(type) {
	return type.startsWith('feed.') ? 'health' : type === 'item' ? '' : 'of-story';
}

function kindElement(type) {
	return element('span', `kind ${kindClass(type)}`, kinds[type] ?? 'alert');
}

function storyButton(story) {
	const node = element('button', 'kind of-story',
		story.outlets === 1 ? '1 outlet' : `${story.outlets} outlets`);
	node.type = 'button';
	node.title = `the story: ${story.headline ?? ''}`;
	node.addEventListener('click', () => goToStory(story.id));
	return node;
}

/* An item that is late news; what is told in good time says nothing. */
function lateText(alert) {
	const ms = Date.parse(alert.times?.alerted) - Date.parse(alert.times?.published);
	return ms >= LATE_MS ? `published ${formatSpan(ms)} earlier` : null;
}

/* Those of the item itself: a story's alert names those of others, too. */
function nameElements(alert) {
	return (alert.entities ?? [])
		.filter((entity) => entity.mentions?.length > 0)
		.map((entity) => {
			const shown = entity.mentions.some((m) => m.field !== 'content');
			return onlyButton('entity', entity.id,
				`${entity.name}${shown ? '' : ' (in the text)'}`);
		});
}

function factsElement(alerts) {
	const [newest] = alerts;
	const late = lateText(newest);
	const held = alerts.at(-1).reason?.held;
	const plain = alerts.filter(({type}) =>
		type === 'story.new' || type === 'digest' || type.startsWith('feed.'));
	const parts = plain.map(({type}) => kindElement(type));
	if (newest.story?.outlets > 1)
		parts.push(storyButton(newest.story));
	if (newest.reason?.digest)
		parts.push(element('span', '', newest.reason.text));
	if (late)
		parts.push(element('span', 'late', late));
	parts.push(...nameElements(newest));
	if (held)
		parts.push(element('span', '', `not pushed: ${held}`));
	return parts.length > 0 ? element('div', 'entities', ...parts) : null;
}

/* "story update: new in the story: Macron", and of which story that is. */
function storyLines(alerts) {
	const [{item, story}] = alerts;
	const lines = alerts.filter(({type}) => toldTypes.includes(type)).reverse()
		.map((alert) => {
			const text = alert.reason?.text ?? '';
			const node = element('p', 'told', kindElement(alert.type), ' ',
				...(alert.type === 'story.edited' ? diffParts(text) : [text]));
			node.dataset.level = alert.level;
			return node;
		});
	if (story?.headline && story.headline !== item?.title)
		lines.at(-1)?.append(' ', element('q', '', story.headline));
	return lines;
}

/* The row of an item's alerts, newest first; its level is the highest. */
function rowElement(alerts) {
	const [newest] = alerts;
	const node = element('li');
	const level = levels[Math.max(0, ...alerts.map((a) => levels.indexOf(a.level)))];
	const feed = newest.item?.feed ?? newest.feed?.id;
	const name = (newest.item ?? newest.feed)?.outlet;
	const outlet = name ? onlyButton('outlet', name, name)
		: element('span', '', feed ?? newest.type);
	node.dataset.level = level;
	node.dataset.kind = kindClass(alerts.at(-1).type);
	node.tabIndex = -1;
	node.title = newest.reason?.text ?? '';
	outlet.classList.add('outlet');
	outlet.title = feed ? `feed ${feed}` : '';
	const headline = headlineElement(newest);
	node.setAttribute('aria-label',
		`${level} ${outlet.textContent}: ${headline.textContent}`);
	node.append(timeElement(newest.times?.alerted ?? new Date().toISOString()),
		element('span', 'level', level), outlet,
		element('div', 'body', headline, detailElement(newest),
			factsElement(alerts),
			...storyLines(alerts)));
	alertsOf.set(node, alerts);
	return node;
}

/* ---- the list ------------------------------------------------------------- */

let nextPage = null; // address of the older alerts, or null
let askedPage = null; // while they are asked for, so that they join the last row
let lastSeq = 0;     // the newest alert that came live, or was there before
let held = [];       // alerts that came while paused, or while a page did; the
                     // first HELD_MAX of them
let loading = 0;     // number of the last load, so that late answers are dropped
let isLoading = false;
let hasFailed = false; // the last load: another is due once the desk answers
let rowsMax = ROWS_MAX;

function filterQuery() {
	const query = filterOf('alerts');
	query.set('limit', PAGE);
	return query;
}

/* A story's alert has the entities of all its items: those of its own count. */
function isAbout(alert, entity) {
	return !entity || (alert.entities ?? []).some(({id, mentions}) =>
		id === entity && mentions?.length > 0);
}

function isSameName(a, b) {
	return a.localeCompare(b ?? '', undefined, {sensitivity: 'base'}) === 0;
}

/* Whether a live alert meets the filter, near enough to the store's search. */
function meetsFilter(alert) {
	const {level, entity, outlet, text = ''} =
		Object.fromEntries(filterOf('alerts'));
	const item = alert.item ?? {};
	const entities = alert.entities ?? [];
	if ((level && alert.level !== level) ||
		(outlet && !isSameName(outlet, item.outlet ?? alert.feed?.outlet)) ||
		!isAbout(alert, entity))
		return false;
	const words = [item.title, item.summary, item.outlet,
		...entities.map(({name}) => name)].join(' ').toLowerCase();
	return text.toLowerCase().split(/\s+/).every((word) => words.includes(word));
}

function showEmpty() {
	$('alerts-empty').hidden = $('alerts').childElementCount > 0;
	$('alerts-empty').textContent = filterOf('alerts').toString()
		? 'No alert meets the filter.'
		: 'No alerts yet. New items that mention a tracked entity appear here at once.';
}

/* Whether it is what a story tells of the item that the older one is about. */
function belongsTo(older, alert) {
	return alert.type.startsWith('story.') && alert.item != null &&
		alert.item.id === older.item?.id;
}

/* Alerts, newest first, by rows; the first may belong to the last row shown. */
function addOlder(alerts) {
	const last = $('alerts').lastElementChild;
	const rows = last ? [alertsOf.get(last)] : [];
	for (const alert of alerts) {
		if (rows.length > 0 && belongsTo(alert, rows.at(-1).at(-1)))
			rows.push([...rows.pop(), alert]);
		else
			rows.push([alert]);
	}
	last?.remove();
	$('alerts').append(...rows.map(rowElement));
}

function showPage(page) {
	const entity = filterOf('alerts').get('entity');
	addOlder(page.alerts.filter((alert) => isAbout(alert, entity)));
	rowsMax = Math.max(ROWS_MAX, $('alerts').childElementCount);
	nextPage = page.next;
	$('alerts-more').hidden = !nextPage;
	showEmpty();
}

async function loadAlerts() {
	const number = ++loading;
	let page, problem;
	isLoading = true;
	try {
		page = await getJson(`/api/v1/alerts?${filterQuery()}`);
	} catch (error) {
		problem = error.message;
	}
	if (number !== loading)
		return;
	isLoading = false;
	hasFailed = problem != null;
	$('alerts').replaceChildren();
	showPage(page ?? {alerts: [], next: null});
	if (problem) {
		$('alerts-empty').hidden = false;
		$('alerts-empty').textContent = problem;
	}
	release();
}

async function loadOlder() {
	const address = nextPage;
	askedPage = address;
	try {
		const page = await getJson(address);
		if (address === nextPage)
			showPage(page);
	} finally {
		if (address === askedPage)
			askedPage = null;
	}
}

/* Takes away the oldest rows; what is behind them is older alerts again. */
function trim() {
	const rows = $('alerts');
	if (rows.childElementCount <= rowsMax || (nextPage && nextPage === askedPage))
		return;
	while (rows.childElementCount > rowsMax)
		rows.lastElementChild.remove();
	const {seq} = alertsOf.get(rows.lastElementChild).at(-1);
	nextPage = `/api/v1/alerts?${filterQuery()}&before=${seq}`;
	$('alerts-more').hidden = false;
}

function addLive(alert) {
	if (!meetsFilter(alert))
		return;
	const top = $('alerts').firstElementChild;
	const before = top ? alertsOf.get(top) : [];
	const joins = before.length > 0 && belongsTo(before[0], alert);
	const node = rowElement(joins ? [alert, ...before] : [alert]);
	node.classList.add('news');
	$('alerts').prepend(node);
	if (joins) {
		node.classList.toggle('chosen', top.classList.contains('chosen'));
		if (top.contains(document.activeElement))
			node.focus({preventScroll: true});
		top.remove();
	}
	trim();
	showEmpty();
}

function isFull() {
	return held.length === HELD_MAX;
}

/* Shows what was held and is not in the list by now. */
function release() {
	if (!isPaused() && !isLoading && isFull()) {
		held = [];
		loadAlerts();
	}
	const [newest] = alertsOf.get($('alerts').firstElementChild) ?? [];
	held = held.filter((alert) => alert.seq > (newest?.seq ?? 0));
	if (!isPaused() && !isLoading) {
		held.forEach(addLive);
		held = [];
	}
	showConnection();
}

const unseen = new Set(); // items of urgent and flash alerts that nobody saw

function noteUnseen(alert) {
	if (document.hidden && alert.level !== 'routine') {
		unseen.add(alert.item?.id ?? alert.id);
		if (isNotifying() && !alert.reason?.held && meetsFilter(alert))
			notify(alert);
	}
	showTitle();
}

/* What calls for a look while the page is not in sight. */
function showTitle() {
	document.title = `${$('trouble').hidden ? '' : '! '}` +
		`${unseen.size > 0 ? `(${unseen.size}) ` : ''}wirewatch`;
}

function isNotifying() {
	return $('notify').getAttribute('aria-pressed') === 'true';
}

/* Once the browser was allowed to, each page begins with it. */
function showNotifying(wanted) {
	$('notify').hidden = !window.Notification || !isSecureContext;
	$('notify').setAttribute('aria-pressed',
		wanted && window.Notification?.permission === 'granted');
}

async function toggleNotifying() {
	const wanted = !isNotifying();
	if (wanted)
		await Notification.requestPermission();
	showNotifying(wanted);
}

/* One for an item, whatever stories tell of it. */
function notify(alert) {
	const {item, story} = alert;
	const notice = new Notification(`${alert.level}: ${item?.outlet ?? 'wirewatch'}`, {
		body: item?.title || (alert.reason?.text ?? ''),
		tag: String(item?.id ?? alert.id),
	});
	notice.onclick = () => {
		window.focus();
		if (story)
			goToStory(story.id);
	};
}

/* For those who listen to the page: what is weighty, and no more. */
function announce(alert) {
	if (alert.level !== 'routine' && !isPaused() && meetsFilter(alert))
		$('announcement').textContent = [alert.level,
			alert.item?.outlet ?? '',
			alert.item?.title || (alert.reason?.text ?? '')].join(' ');
}

function takeAlert(alert) {
	if (alert.seq <= lastSeq) { // of another store than what is shown
		held = [];
		$('alerts').replaceChildren(); // what came since counts from here
		loadAlerts();
	}
	lastSeq = alert.seq;
	noteUnseen(alert);
	announce(alert);
	storiesChanged();
	if (!isFull())
		held.push(alert);
	release();
}

