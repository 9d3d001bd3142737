/*
 * Stories on the desk's page: a row for each, which opens to its timeline.
 * What page.js defines is used here, and the other way round, once both are
 * loaded. All that strangers wrote goes in through textContent only.
 */
'use strict';

const STORIES_PAGE = 50;
const LIVE_MS = 1000; // after an alert, so that a burst is one look

const shown = new Map();   // story id -> {node, json, timeline, filled} as listed
const opened = new Set();  // ids of the stories whose timelines are open
let addressed = null;      // the one that was opened last
let isSought = false;      // it was gone to, and is chosen once it is listed
let storiesLimit = STORIES_PAGE;
let liveTimer = null;
let loadingStories = 0;    // number of the last load: late answers are dropped
let isLoadingStories = false;
let fillings = 0;          // number of the last timeline that was asked for

/* "4 min"; of less than a minute "12 s" */
function formatMinutes(minutes) {
	return formatSpan(minutes * 60000);
}

/* "Sun 14:05:09": a story goes on for days, not for weeks. */
function formatMoment(date) {
	return new Date(date).toLocaleTimeString([], {weekday: 'short',
		hour: 'numeric', minute: '2-digit', second: '2-digit'});
}

/* ---- the timeline --------------------------------------------------------- */

/* "a [-b-] {+c+}" as text with deletions and insertions. */
function diffParts(diff) {
	return diff.split(/(\[-.*?-\]|\{\+.*?\+\})/).map((part) => {
		const change = /^(\[-|\{\+)(.*)(-\]|\+\})$/.exec(part);
		return change
			? element(change[1] === '[-' ? 'del' : 'ins', '', change[2])
			: part;
	});
}

function diffElement(label, diff) {
	return element('p', 'diff', `${label} `,
		element('bdi', '', ...diffParts(diff))); // by its own direction
}

function changedFields(revision) {
	return ['title', 'summary', 'content'].filter((field) => revision[field]);
}

/* Whether the later one says nothing else, as where a feed gives an item
 * another id at each poll. */
function isAgain(revision, later) {
	return later && revision.verdict === later.verdict &&
		revision.why === later.why &&
		changedFields(revision).length + changedFields(later).length === 0;
}

function revisionElements({revisions = []}) {
	let times = 0;
	return revisions.flatMap((revision, i) => {
		times++;
		if (isAgain(revision, revisions[i + 1]))
			return [];
		const fields = changedFields(revision);
		const head = element('p', 'diff', revision.verdict +
			`${times > 1 ? ` ${times} times, last` : ''}` +
			` at ${formatMoment(revision.seen)}` +
			`${fields.length > 0 ? '' : `: ${revision.why ?? ''}`}`);
		times = 0;
		return [head, ...fields.map((field) => diffElement(field, revision[field]))];
	});
}

/* "delivered to log, desk"; what is not delivered says why. */
function deliveryText(alert) {
	const done = alert.deliveries.filter((d) => d.state === 'delivered');
	const rest = alert.deliveries.filter((d) => d.state !== 'delivered')
		.map((d) => `${d.sink}: ${d.state}${d.error ? `, ${d.error}` : ''}`);
	if (done.length > 0)
		rest.unshift(`delivered to ${done.map((d) => d.sink).join(', ')}`);
	if (alert.not_to.length > 0)
		rest.push(`not to ${alert.not_to.join(', ')}`);
	return rest.join('; ');
}

function toldElements(item, alerts) {
	return alerts.filter((alert) => alert.item === item.id).map((alert) => {
		const held = alert.reason?.held;
		const node = element('p', 'told',
			element('span', `kind ${kindClass(alert.type)}`,
				kinds[alert.type] ?? 'alert'),
			` ${alert.level}, ${alert.rules.join(', ')}: ${deliveryText(alert)}`,
			held ? `; not pushed: ${held}` : '');
		node.dataset.level = alert.level;
		node.title = alert.reason?.text ?? '';
		return node;
	});
}

function itemElement(item, alerts) {
	const marked = {item, entities: [{mentions: item.mentions}]};
	const when = element('time', '', formatMoment(item.at));
	when.dateTime = item.at;
	when.title = new Date(item.at).toLocaleString();
	const outlet = element('span', 'outlet', item.outlet);
	outlet.title = `${item.outlet}, feed ${item.feed}`;
	return element('li', '', when,
		element('span', 'after', item.minutes > 0
			? `+${formatMinutes(item.minutes)}` : 'first'),
		outlet,
		element('div', '', headlineElement(marked),
			...revisionElements(item), ...toldElements(item, alerts)));
}

/* Replaces what is there when something changed, deliveries among it. */
async function fillTimeline(id) {
	const number = ++fillings;
	let timeline, rows;
	if (!shown.has(id))
		return;
	try {
		const story = await getJson(`/api/v1/stories/${id}`);
		timeline = JSON.stringify(story);
		rows = () => story.timeline.map((item) => itemElement(item, story.alerts));
	} catch (error) {
		rows = () => [element('li', '', error.message)];
	}
	const entry = shown.get(id);
	if (!entry || entry.filled > number)
		return;
	entry.filled = number;
	if (timeline && entry.timeline === timeline)
		return;
	entry.timeline = timeline;
	entry.node.querySelector('.timeline').replaceChildren(...rows());
}

/* ---- one story ------------------------------------------------------------ */

/* "TASS, 4 min ahead of RT · BBC, dpa", in this order whatever the script. */
function carriedElement(story) {
	const [first, second, ...others] =
		story.outlet_names.map((name) => element('bdi', '', name));
	const lead = story.lead_minutes > 0
		? `, ${formatMinutes(story.lead_minutes)} ahead of ` : ', with ';
	return element('p', 'detail', first, second && lead, second,
		...others.flatMap((name, i) => [i === 0 ? ' · ' : ', ', name]));
}

function storyElement(story) {
	const node = element('li', 'story');
	const open = element('button', 'headline', story.headline || 'without a headline');
	open.type = 'button';
	open.dir = 'auto';
	open.setAttribute('aria-expanded', opened.has(story.id));
	open.addEventListener('click', () => toggleStory(story.id));
	node.dataset.story = story.id;
	node.dataset.level = story.level ?? '';
	node.tabIndex = -1;
	node.setAttribute('aria-label', open.textContent);
	node.append(timeElement(story.first_seen),
		element('span', 'level', story.level ?? 'not told'),
		element('span', 'count', story.outlets === 1 ? '1 outlet'
			: `${story.outlets} outlets`),
		element('div', 'body', open,
			carriedElement(story),
			element('div', 'entities', ...story.entities.map((entity) =>
				onlyButton('entity', entity.id, entity.name)))),
		element('ol', 'timeline'));
	node.querySelector('.timeline').hidden = !opened.has(story.id);
	return node;
}

function toggleStory(id) {
	const node = shown.get(id)?.node;
	if (!node)
		return;
	const open = !opened.has(id);
	if (open)
		opened.add(id);
	else
		opened.delete(id);
	node.querySelector('.headline').setAttribute('aria-expanded', open);
	node.querySelector('.timeline').hidden = !open;
	if (open)
		fillTimeline(id);
	addressed = open ? id : null;
	noteAddress();
}

/* ---- the list ------------------------------------------------------------- */

function storiesQuery() {
	const query = filterOf('stories');
	const which = query.get('which');
	query.delete('which');
	query.set('limit', storiesLimit);
	if (which === 'told')
		query.set('told', 1);
	if (which === 'several')
		query.set('outlets', 2);
	return query;
}

/* The row of a story; the one there is when nothing changed. */
function takeStory(story) {
	const json = JSON.stringify(story);
	const old = shown.get(story.id);
	if (old?.json === json)
		return old.node;
	const node = storyElement(story);
	if (old) {
		node.querySelector('.timeline').replaceChildren(
			...old.node.querySelector('.timeline').childNodes);
		if (old.node.classList.contains('chosen'))
			node.classList.add('chosen');
		node.classList.add('news');
	}
	shown.set(story.id, {...old, node, json});
	return node;
}

function showStories(page) {
	const focused = document.activeElement;
	const row = focused?.closest?.('.story');
	const nodes = page.stories.map(takeStory);
	const list = $('stories');
	if (nodes.length !== list.childElementCount ||
		nodes.some((node, i) => node !== list.children[i])) {
		list.replaceChildren(...nodes);
		if (row)
			(focused.isConnected ? focused : shown.get(row.dataset.story)?.node)
				?.focus({preventScroll: true});
	}
	for (const [id, {node}] of shown) {
		if (!node.isConnected)
			shown.delete(id);
	}
	opened.forEach(fillTimeline);
	if (isSought && !document.activeElement?.matches('input[type=search]'))
		choose(shown.get(addressed)?.node);
	isSought = false;
	$('stories-more').hidden = !page.next || storiesLimit >= 200;
	$('stories-empty').hidden = nodes.length > 0;
	$('stories-empty').textContent = 'No story meets the filter.';
}

/* The story that was asked for by its id stands first where the list is
 * without it. */
async function addAddressed(page) {
	const id = addressed;
	if (!id || page.stories.some((story) => story.id === id))
		return;
	try {
		const {coverage, timeline, alerts, ...summary} =
			await getJson(`/api/v1/stories/${id}`);
		page.stories.unshift(summary);
	} catch { // it is gone
		opened.delete(id);
	}
}

async function loadStories() {
	const number = ++loadingStories;
	let page, problem;
	isLoadingStories = true;
	try {
		page = await getJson(`/api/v1/stories?${storiesQuery()}`);
		await addAddressed(page);
	} catch (error) {
		problem = error.message;
	}
	if (number !== loadingStories)
		return;
	isLoadingStories = false;
	if (problem == null) {
		showStories(page);
		return;
	}
	$('stories').replaceChildren();
	$('stories-empty').hidden = false;
	$('stories-empty').textContent = problem;
}

/* An item joined a story or began one, told or not. A load that is awaited
 * may know nothing of it, but is let end: one after the other would not. */
function storiesChanged() {
	if ($('stories-view').hidden)
		return;
	liveTimer ??= setTimeout(() => {
		liveTimer = null;
		if (isLoadingStories)
			storiesChanged();
		else
			loadStories();
	}, LIVE_MS);
}

/* A story by its id, whatever the list shows. */
function showStory(id) {
	opened.add(id);
	addressed = id;
	isSought = true;
	return loadStories();
}

function startStories() {
	$('stories-more').addEventListener('click', () => {
		storiesLimit = 200;
		loadStories();
	});
}
