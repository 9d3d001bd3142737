/*
 * The desk's page: its views, the connection, the keyboard. Alerts come by
 * pages from /api/v1/alerts and live by events.js; alerts.js and stories.js
 * have their rows. All that strangers wrote goes in through
 * textContent only.
 */
'use strict';

const STATUS_MS = 5000;
const BEGIN_MS = 1000; // until the desk is asked again where to begin
const ANSWER_MS = 20000; // what is not answered by then is not
const SEARCH_MS = 200; // pause in typing before the store is asked

const $ = (id) => document.getElementById(id);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/* ---- small things --------------------------------------------------------- */

function element(name, className, ...children) {
	const node = document.createElement(name);
	if (className)
		node.className = className;
	node.append(...children.filter((child) => child != null));
	return node;
}

/* Sets a text only when it is another: what is live is read out otherwise. */
function setText(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

/* "12 s", "5 min", "3 h", "2 d" */
function formatSpan(ms) {
	const s = Math.max(0, Math.round(ms / 1000));
	if (s < 100)
		return `${s} s`;
	if (s < 100 * 60)
		return `${Math.round(s / 60)} min`;
	if (s < 48 * 3600)
		return `${Math.round(s / 3600)} h`;
	return `${Math.round(s / 86400)} d`;
}

let clockSkew = 0; // the server's clock minus ours, ms

function age(date) {
	return formatSpan(Date.now() + clockSkew - Date.parse(date));
}

/* A <time> that tells its age and is kept up by updateAges(). */
function timeElement(date) {
	const node = element('time');
	node.dateTime = date;
	node.title = new Date(date).toLocaleString();
	node.textContent = age(date);
	return node;
}

function updateAges() {
	for (const node of document.querySelectorAll('#alerts time, .story > time'))
		setText(node, age(node.dateTime));
}

/* The address when it is one that may be followed, else null. */
function safeLink(address) {
	try {
		const url = new URL(address);
		return /^https?:$/.test(url.protocol) ? url.href : null;
	} catch {
		return null;
	}
}

async function getJson(path) {
	const response = await fetch(path, {signal: AbortSignal.timeout(ANSWER_MS)});
	const body = await response.json();
	if (!response.ok)
		throw new Error(body.error);
	return body;
}

/* ---- the connection ------------------------------------------------------- */

let events = null; // the port of events.js
let isLive = null; // null: not joined so far

function isPaused() {
	return $('pause').getAttribute('aria-pressed') === 'true';
}

function showConnection() {
	const node = $('connection');
	node.className = !isLive ? 'lost' : isPaused() ? 'held' : '';
	setText(node.lastElementChild, isLive === null ? 'connecting' : !isLive ? 'reconnecting'
		: isPaused() ? `paused, ${held.length}${isFull() ? ' or more' : ''} new`
			: 'live');
}

/* Live from the newest alert that is stored, whatever the list shows of it. */
async function begin() {
	try {
		const newest = await getJson('/api/v1/alerts?limit=1');
		lastSeq = newest.alerts[0]?.seq ?? 0;
		follow(false);
		loadAlerts(); // the list asked for before may lack what came since
	} catch {
		setTimeout(begin, BEGIN_MS);
	}
}

/* The only script address that the policy of the desk lets pass. */
const eventsScript = window.trustedTypes?.createPolicy('events',
	{createScriptURL: () => '/events.js'}).createScriptURL('') ?? '/events.js';

/* A port of the worker that all pages share, or of this page's own events. */
function joinEvents() {
	if (window.SharedWorker) {
		const worker = new SharedWorker(eventsScript);
		worker.onerror = () => setTimeout(follow, BEGIN_MS, true);
		return worker.port;
	}
	const {port1, port2} = new MessageChannel();
	acceptPage(port1);
	return port2;
}

function leaveEvents() {
	events?.postMessage({isLeaving: true});
}

/* Anew each time, as the worker may be gone that was joined before. */
function follow(isLost) {
	leaveEvents();
	events = joinEvents();
	events.onmessage = ({data}) => takeEvent(data);
	events.postMessage({after: lastSeq, isLost});
}

function takeEvent(event) {
	if (event.alert)
		takeAlert(event.alert);
	else if (event.items)
		storiesChanged();
	else
		takeState(event);
}

/* What others were told before this page joined is in the list, once read. */
function takeState(state) {
	isLive = state.isLive;
	if (state.seq !== lastSeq) {
		lastSeq = state.seq;
		loadAlerts();
	}
	showConnection();
	if (isLive)
		refreshNow();
}

function togglePause() {
	const paused = !isPaused();
	$('pause').setAttribute('aria-pressed', paused);
	$('pause').textContent = paused ? 'Resume' : 'Pause';
	release();
}

/* ---- status --------------------------------------------------------------- */

let toldSeq = 0;        // the newest alert by the last status
let missedSeq = 0;      // the last one that was connected anew for
let statusTimer = null; // null while an answer is awaited

function troubles(status) {
	const lines = [];
	if (status.obstacle)
		lines.push(`No news comes through: ${status.obstacle}.`);
	for (const sink of status.sinks ?? []) {
		if (sink.state !== 'up')
			lines.push(`Sink ${sink.id} is ${sink.state}, ${sink.waiting} waiting` +
				`${sink.error ? `: ${sink.error}` : ''}`);
	}
	if (!status.configuration.last_reload_ok)
		lines.push('The last reload was refused; the configuration before it ' +
			`is in force.\n${status.configuration.last_reload_error ?? ''}`);
	return lines.join('\n');
}

function showStatus(status) {
	const {feeds} = status;
	const bad = feeds.failing + feeds.quarantined;
	const parts = [`${feeds.up} of ${feeds.total} feeds up`];
	if (status.deliver_delay?.p99_s != null)
		parts.push(`delivered within ${status.deliver_delay.p99_s} s`);
	clockSkew = Date.parse(status.now) - Date.now();
	setText($('summary'), parts.join(' · '));
	$('feeds-badge').hidden = bad === 0;
	setText($('feeds-badge'), String(bad));
	$('feeds-badge').title = `${bad} failing`;
	showTrouble(troubles(status));
}

function showTrouble(text) {
	$('trouble').hidden = !text;
	setText($('trouble'), text);
	showTitle();
}

/* A connection may be lost that nobody closed: what was told by the last
 * status should be here by now. */
function followAnew(status) {
	if (events && toldSeq > Math.max(lastSeq, missedSeq)) {
		missedSeq = toldSeq;
		follow(true);
	}
	toldSeq = status.alerts?.last_seq ?? 0;
}

async function refreshViews() {
	if (hasFailed && !isLoading)
		loadAlerts();
	if (document.hidden)
		return;
	if (!$('feeds-view').hidden)
		await loadFeeds(true);
	storiesChanged();
}

async function refresh() {
	clearTimeout(statusTimer);
	statusTimer = null;
	try {
		const status = await getJson('/api/v1/status');
		showStatus(status);
		followAnew(status);
		await refreshViews();
	} catch {
		showConnection();
		showTrouble('wirewatch does not answer: what is below may be old, ' +
			'and no alert arrives until it does.');
	}
	statusTimer = setTimeout(refresh, STATUS_MS);
}

function refreshNow() {
	if (statusTimer !== null)
		refresh();
}

/* ---- feeds ---------------------------------------------------------------- */

let feedsLimit = 200;
let loadingFeeds = 0; // number of the last load, so that late answers are dropped

function ageCell(date) {
	const cell = element('td', 'number', date ? age(date) : '–');
	if (date)
		cell.title = new Date(date).toLocaleString();
	return cell;
}

function dueCell(date) {
	const ms = date ? Date.parse(date) - Date.now() - clockSkew : 0;
	return element('td', 'number',
		!date ? '–' : ms <= 0 ? 'now' : `in ${formatSpan(ms)}`);
}

/* What is wrong, may have kept an article from us, or the operator may want to
 * change; as `wirewatch feeds` has it. */
function feedTrouble(feed) {
	if (feed.error)
		return feed.error;
	if (feed.health === 'silent')
		return `silent: nothing new for ${age(feed.last_new)}, which is not its rhythm`;
	if (feed.move)
		return `moved to ${feed.moved_to}`;
	if (feed.gaps > 0)
		return `items may be lost: window rolled over, last ${age(feed.last_gap)} ago`;
	return '';
}

function feedElement(feed) {
	const state = element('td', 'state', feed.state);
	const name = element('td', '', feed.outlet ?? feed.id,
		element('small', '', feed.id));
	const row = element('tr', '', state, name, ageCell(feed.last_success),
		ageCell(feed.last_new), dueCell(feed.next_fetch),
		element('td', 'number', String(feed.new_items ?? 0)),
		element('td', 'trouble', feedTrouble(feed)));
	state.dataset.state = feed.state;
	name.title = feed.url ?? '';
	row.dataset.feed = feed.id;
	row.tabIndex = -1;
	return row;
}

/* A page of feeds; without a chosen state those in trouble come first. */
async function getFeeds() {
	const query = filterOf('feeds');
	const state = query.get('state');
	query.set('limit', feedsLimit);
	const page = await getJson(`/api/v1/feeds?${query}`);
	if (state)
		return page;
	const bad = [];
	for (const trouble of ['quarantined', 'failing']) {
		query.set('state', trouble);
		bad.push(...(await getJson(`/api/v1/feeds?${query}`)).feeds);
	}
	const ids = new Set(bad.map((feed) => feed.id));
	page.feeds = [...bad, ...page.feeds.filter((feed) => !ids.has(feed.id))];
	return page;
}

/* A look leaves alone who selects an error to copy it. */
async function loadFeeds(isLook) {
	const number = ++loadingFeeds;
	const page = await getFeeds();
	if (number !== loadingFeeds || (isLook && !getSelection().isCollapsed))
		return;
	const rows = page.feeds.map(feedElement);
	const chosen = $('feeds').querySelector('.chosen');
	const focused = chosen === document.activeElement;
	const again = rows.find((row) => row.dataset.feed === chosen?.dataset.feed);
	again?.classList.add('chosen');
	$('feeds').replaceChildren(...rows);
	if (focused)
		again?.focus({preventScroll: true});
	$('feeds-empty').hidden = page.feeds.length > 0;
	$('feeds-more').hidden = !page.next || feedsLimit >= 1000;
}

/* ---- views, what they show, and its address ------------------------------- */

const views = {
	alerts: loadAlerts,
	stories: loadStories,
	feeds: loadFeeds,
};
const scrolls = {}; // view -> how far down it was when left

function shownView() {
	return Object.keys(views).find((name) => !$(`${name}-view`).hidden);
}

/* What the filter of a view asks for, by parameters of the API. */
function filterOf(view) {
	const query = new URLSearchParams();
	for (const [name, value] of new FormData(document.forms[`${view}-filter`])) {
		if (value.trim())
			query.set(name, value.trim());
	}
	return query;
}

function show(view) {
	scrolls[shownView()] = window.scrollY;
	for (const name of Object.keys(views)) {
		$(`${name}-view`).hidden = name !== view;
		$(`show-${name}`).setAttribute('aria-pressed', name === view);
	}
	window.scrollTo(0, scrolls[view] ?? 0);
}

/* The address says what is shown, to be kept, sent, and gone back to. */
function noteAddress(isStep) {
	const view = shownView();
	const query = filterOf(view);
	if (view === 'stories' && addressed)
		query.set('story', addressed);
	const address = `#${view}?${query}`.replace(/\?$/, '');
	if (address !== (location.hash || '#alerts'))
		history[isStep ? 'pushState' : 'replaceState'](null, '', address);
}

function takeAddress() {
	const [, name, text] = /^#(\w*)[?]?(.*)/.exec(location.hash) ?? [];
	const view = Object.hasOwn(views, name ?? '') ? name : 'alerts';
	const wanted = new URLSearchParams(text);
	const form = document.forms[`${view}-filter`];
	form.reset();
	for (const field of form.querySelectorAll('[type=hidden]'))
		field.value = '';
	for (const [key, value] of wanted) {
		const field = form.elements.namedItem(key);
		if (field)
			field.value = value;
	}
	show(view);
	showOnly(view);
	addressed = /^\d+$/.exec(wanted.get('story'))?.[0] ?? null;
	return view === 'stories' && addressed
		? showStory(addressed) : views[view]();
}

/* What was typed just now is in the address that is left. */
function go(view) {
	noteAddress();
	show(view);
	if (view !== 'alerts') // which are kept up in any case
		views[view]();
	noteAddress(true);
}

function goToStory(id) {
	noteAddress();
	addressed = id;
	show('stories');
	noteAddress(true);
	showStory(id);
}

/* Before any pause in typing: a story gone to meanwhile stays addressed. */
function leaveStory(view) {
	if (view === 'stories')
		addressed = null;
}

function applyFilter(view) {
	showOnly(view);
	noteAddress();
	views[view]();
}

function changeFilter(view) {
	leaveStory(view);
	applyFilter(view);
}

/* Entity and outlet come from rows, and go by a click on what is shown here. */
function showOnly(view) {
	const form = document.forms[`${view}-filter`];
	form.querySelectorAll('.only').forEach((node) => node.remove());
	for (const field of form.querySelectorAll('[type=hidden]')) {
		if (!field.value)
			continue;
		const node = element('button', 'only', `${field.name} ${field.value} ✕`);
		node.type = 'button';
		node.title = `any ${field.name}`;
		node.addEventListener('click', () => {
			field.value = '';
			changeFilter(view);
		});
		field.after(node);
	}
}

function onlyButton(name, value, text) {
	const node = element('button', 'choice', text);
	node.type = 'button';
	node.title = `only ${text}`;
	node.addEventListener('click', () => {
		const view = shownView();
		document.forms[`${view}-filter`].elements[name].value = value;
		window.scrollTo(0, 0);
		changeFilter(view);
	});
	return node;
}

/* ---- keyboard ------------------------------------------------------------- */

function choose(next) {
	if (!next)
		return;
	next.parentElement.querySelector(':scope > .chosen')?.classList.remove('chosen');
	next.classList.add('chosen');
	next.focus({preventScroll: true});
	next.scrollIntoView({block: 'nearest'});
}

/* The row after the chosen one of the list that is shown, or before it. */
function step(forward) {
	const rows = $(shownView());
	const now = rows.querySelector(':scope > .chosen');
	choose(!now ? rows.firstElementChild
		: forward ? now.nextElementSibling : now.previousElementSibling);
}

function openChosen() {
	$(shownView()).querySelector('.chosen a, .chosen > .body > button')?.click();
}

const keys = {
	'j': () => step(true),
	'k': () => step(false),
	'Enter': openChosen,
	'o': openChosen,
	'p': togglePause,
	'a': () => go('alerts'),
	's': () => go('stories'),
	'f': () => go('feeds'),
	'/': () => $(`${shownView()}-text`).focus(),
};

/* A letter of another script is the Latin one of its key. */
function keyOf(event) {
	const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
	return letter && event.key > '~' ? letter.toLowerCase() : event.key;
}

function onKey(event) {
	const key = keyOf(event);
	const field = event.target.matches('input[type=search]');
	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (key === 'Escape' && field) {
		event.target.value = '';
		event.target.dispatchEvent(new Event('input', {bubbles: true}));
		event.target.blur();
		return;
	}
	if (field || (key === 'Enter' && event.target.matches('a, button')))
		return;
	if (Object.hasOwn(keys, key)) {
		event.preventDefault();
		keys[key]();
	}
}

/* ---- start ---------------------------------------------------------------- */

function afterPause(action) {
	let timer;
	return () => {
		clearTimeout(timer);
		timer = setTimeout(action, SEARCH_MS);
	};
}

function start() {
	for (const view of Object.keys(views)) {
		const form = document.forms[`${view}-filter`];
		form.addEventListener('submit', (event) => event.preventDefault());
		form.addEventListener('input', () => leaveStory(view));
		form.addEventListener('input', afterPause(() => applyFilter(view)));
		$(`show-${view}`).addEventListener('click', () => go(view));
	}
	$('alerts-more').addEventListener('click', loadOlder);
	$('feeds-more').addEventListener('click', () => {
		feedsLimit = 1000;
		loadFeeds();
	});
	$('pause').addEventListener('click', togglePause);
	$('notify').addEventListener('click', toggleNotifying);
	showNotifying(true);
	startStories();
	window.addEventListener('popstate', takeAddress);
	window.addEventListener('pagehide', ({persisted}) => persisted || leaveEvents());
	document.addEventListener('keydown', onKey);
	document.addEventListener('visibilitychange', () => {
		if (!document.hidden) {
			unseen.clear();
			showTitle();
			refreshNow();
		}
	});
	setInterval(updateAges, 1000);
	history.scrollRestoration = 'manual';
	takeAddress();
	begin();
	refresh();
}

start();
