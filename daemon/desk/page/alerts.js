/*
 * Alerts on the desk's page: a row for each item, with what stories tell of
 * it. What page.js defines is used here, and the other way round, once both
 * are loaded. All that strangers wrote goes in through textContent only.
 */
'use strict';

const ROWS_MAX = 500; // in the list; older ones are a click away
const PAGE = 100;

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
	const text = item.title
		? markedText(item.title, mentionsOf(alert, 'title'))
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

/* The summary where it holds mentions. */
function detailElement(alert) {
	const mentions = mentionsOf(alert, 'summary');
	if (!alert.item?.summary || mentions.length === 0)
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

function storyButton(story) {
	const node = element('button', 'kind of-story',
		story.outlets === 1 ? '1 outlet' : `${story.outlets} outlets`);
	node.type = 'button';
	node.title = `the story: ${story.headline ?? ''}`;
	node.addEventListener('click', () => showStory(story.id));
	return node;
}

function entitiesElement(alert) {
	const parts = [];
	if (kinds[alert.type])
		parts.push(element('span', `kind ${kindClass(alert.type)}`, kinds[alert.type]));
	if (alert.story?.outlets > 1)
		parts.push(storyButton(alert.story));
	if (alert.reason?.digest)
		parts.push(element('span', '', alert.reason.text));
	if (alert.reason?.held)
		parts.push(element('span', '', `not pushed: ${alert.reason.held}`));
	for (const entity of alert.entities ?? []) {
		const fields = new Set((entity.mentions ?? []).map((m) => m.field));
		const hidden = !fields.has('title') && !fields.has('summary');
		parts.push(element('span', '',
			`${entity.name}${hidden ? ' (in the text)' : ''}`));
	}
	return parts.length > 0 ? element('div', 'entities', ...parts) : null;
}

/* What became of a story; its item has a row of its own below. */
function storyBody(alert) {
	const told = element('div', 'entities',
		element('span', `kind ${kindClass(alert.type)}`, kinds[alert.type]),
		storyButton(alert.story),
		element('span', '', alert.type === 'story.new'
			? '' : alert.reason?.text ?? ''));
	const headline = element('p', 'detail', alert.story.headline ?? '');
	headline.dir = 'auto';
	return element('div', 'body', told, headline);
}

function alertBody(alert) {
	if (kindClass(alert.type) === 'of-story' && alert.story)
		return storyBody(alert);
	return element('div', 'body', headlineElement(alert), detailElement(alert),
		entitiesElement(alert));
}

function alertElement(alert) {
	const node = element('li');
	const level = element('span', 'level', alert.level ?? '');
	const feed = alert.item?.feed ?? alert.feed?.id;
	const outlet = element('span', 'outlet',
		(alert.item ?? alert.feed)?.outlet ?? feed ?? alert.type);
	node.dataset.level = alert.level ?? '';
	node.dataset.seq = alert.seq;
	node.dataset.kind = kindClass(alert.type);
	node.tabIndex = -1;
	outlet.title = feed ?? '';
	node.append(timeElement(alert.times?.alerted ?? new Date().toISOString()),
		level, outlet, alertBody(alert));
	node.title = alert.reason?.text ?? '';
	return node;
}

/* ---- the list ------------------------------------------------------------- */

let nextPage = null; // address of the older alerts, or null
let lastSeq = 0;     // the newest alert known
let held = [];       // alerts that came while paused
let loading = 0;     // number of the last load, so that late answers are dropped

function filterQuery() {
	const query = new URLSearchParams({limit: PAGE});
	const text = $('alerts-text').value.trim();
	const level = document.forms['alerts-filter'].level.value;
	if (text)
		query.set('text', text);
	if (level)
		query.set('level', level);
	return query;
}

/* Whether a live alert meets the filter, near enough to the store's search. */
function meetsFilter(alert) {
	const level = document.forms['alerts-filter'].level.value;
	if (level && alert.level !== level)
		return false;
	const item = alert.item ?? {};
	const text = [item.title, item.summary, item.outlet,
		...(alert.entities ?? []).map((entity) => entity.name)]
		.join(' ').toLowerCase();
	return $('alerts-text').value.toLowerCase().split(/\s+/)
		.every((word) => text.includes(word));
}

function showEmpty() {
	const filtered = $('alerts-text').value.trim() ||
		document.forms['alerts-filter'].level.value;
	$('alerts-empty').hidden = $('alerts').childElementCount > 0;
	$('alerts-empty').textContent = filtered
		? 'No alert meets the filter.'
		: 'No alerts yet. New items that mention a tracked entity appear here at once.';
}

function noteSeq(alert) {
	lastSeq = Math.max(lastSeq, alert.seq ?? 0);
}

function showPage(page, replace) {
	page.alerts.forEach(noteSeq);
	const nodes = page.alerts.map(alertElement);
	if (replace)
		$('alerts').replaceChildren(...nodes);
	else
		$('alerts').append(...nodes);
	nextPage = page.next;
	$('alerts-more').hidden = !nextPage;
	showEmpty();
}

async function loadAlerts() {
	const number = ++loading;
	try {
		const page = await getJson(`/api/v1/alerts?${filterQuery()}`);
		if (number === loading)
			showPage(page, true);
	} catch (error) {
		if (number === loading) {
			$('alerts').replaceChildren();
			$('alerts-empty').hidden = false;
			$('alerts-empty').textContent = error.message;
		}
	}
}

async function loadOlder() {
	if (nextPage)
		showPage(await getJson(nextPage), false);
}

function addLive(alert) {
	if (!meetsFilter(alert))
		return;
	const node = alertElement(alert);
	node.classList.add('news');
	$('alerts').prepend(node);
	while ($('alerts').childElementCount > ROWS_MAX)
		$('alerts').lastElementChild.remove();
	showEmpty();
}

let unseen = 0; // urgent and flash alerts that came while nobody looked

function countUnseen(alert) {
	if (document.hidden && alert.level !== 'routine')
		unseen++;
	document.title = unseen > 0 ? `(${unseen}) wirewatch` : 'wirewatch';
}

function takeAlert(event) {
	const alert = JSON.parse(event.data);
	if (alert.seq <= lastSeq)
		return;
	noteSeq(alert);
	countUnseen(alert);
	storiesChanged();
	if (isPaused()) {
		held.push(alert);
		showConnection();
	} else {
		addLive(alert);
	}
}

