/*
 * Stories on the desk's page: a row for each, which opens to its timeline.
 * What page.js defines is used here, and the other way round, once both are
 * loaded. All that strangers wrote goes in through textContent only.
 */
'use strict';

const STORIES_PAGE = 50;
const LIVE_MS = 300; // after an alert, so that a burst is one look

const shown = new Map();   // story id -> {node, json} as listed
const opened = new Set();  // ids of the stories whose timelines are open
let addressed = null;      // the one that was opened last
let storiesLimit = STORIES_PAGE;
let liveTimer = null;
let loadingStories = 0;

/* "4 min"; of less than a minute "12 s" */
function formatMinutes(minutes) {
	return formatSpan(minutes * 60000);
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
	const node = element('p', 'diff', element('span', 'label', `${label} `),
		...diffParts(diff));
	node.dir = 'auto';
	return node;
}

function revisionElements(item) {
	return (item.revisions ?? []).flatMap((revision) => {
		const when = new Date(revision.seen).toLocaleTimeString();
		const fields = ['title', 'summary', 'content']
			.filter((field) => revision[field]);
		const head = element('p', 'diff',
			element('span', 'label', `${revision.verdict} at ${when}`),
			fields.length > 0 ? '' : `: ${revision.why ?? ''}`);
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
	const when = element('time', '', new Date(item.at).toLocaleTimeString());
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

async function fillTimeline(id) {
	const place = shown.get(id)?.node.querySelector('.timeline');
	if (!place)
		return;
	try {
		const story = await getJson(`/api/v1/stories/${id}`);
		place.replaceChildren(...story.timeline.map((item) =>
			itemElement(item, story.alerts)));
	} catch (error) {
		place.replaceChildren(element('li', '', error.message));
	}
}

/* ---- one story ------------------------------------------------------------ */

/* "TASS, 4 min ahead of RT · BBC, dpa" */
function carriedText(story) {
	const [first, second, ...others] = story.outlet_names;
	if (!second)
		return first;
	const lead = story.lead_minutes > 0
		? `${formatMinutes(story.lead_minutes)} ahead of` : 'with';
	return `${first}, ${lead} ${second}` +
		`${others.length > 0 ? ` · ${others.join(', ')}` : ''}`;
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
	node.append(timeElement(story.first_seen),
		element('span', 'level', story.level ?? 'not told'),
		element('span', 'count', story.outlets === 1 ? '1 outlet'
			: `${story.outlets} outlets`),
		element('div', 'body', open,
			element('p', 'detail', carriedText(story)),
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
	shown.set(story.id, {node, json});
	if (opened.has(story.id))
		fillTimeline(story.id);
	return node;
}

function showStories(page) {
	const focused = document.activeElement?.closest?.('.story');
	const nodes = page.stories.map(takeStory);
	const list = $('stories');
	if (nodes.length !== list.childElementCount ||
		nodes.some((node, i) => node !== list.children[i])) {
		list.replaceChildren(...nodes);
		if (focused)
			shown.get(focused.dataset.story)?.node.focus({preventScroll: true});
	}
	$('stories-more').hidden = !page.next || storiesLimit >= 200;
	$('stories-empty').hidden = nodes.length > 0;
	$('stories-empty').textContent = 'No story meets the filter.';
}

async function loadStories() {
	const number = ++loadingStories;
	try {
		const page = await getJson(`/api/v1/stories?${storiesQuery()}`);
		if (number === loadingStories)
			showStories(page);
	} catch (error) {
		if (number === loadingStories) {
			$('stories').replaceChildren();
			$('stories-empty').hidden = false;
			$('stories-empty').textContent = error.message;
		}
	}
}

/* An item joined a story or began one, told or not. */
function storiesChanged() {
	clearTimeout(liveTimer);
	if (!$('stories-view').hidden)
		liveTimer = setTimeout(loadStories, LIVE_MS);
}

/* A story by its id, whatever the list shows. */
async function showStory(id) {
	opened.add(id);
	addressed = id;
	await loadStories();
	if (!shown.get(id)?.node.isConnected) {
		const {coverage, timeline, alerts, ...summary} =
			await getJson(`/api/v1/stories/${id}`);
		$('stories').prepend(takeStory(summary));
		$('stories-empty').hidden = true;
	}
	fillTimeline(id);
	choose(shown.get(id).node);
}

function startStories() {
	$('stories-more').addEventListener('click', () => {
		storiesLimit = 200;
		loadStories();
	});
}
