/*
 * daemon/courier/syslog_sink: lines to a /dev/log of the test's own, in a mount
 * namespace; skipped where there may be none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <event2/event.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "courier/syslog_sink.h"
#include "frame/config.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"
#include "frame/config_schema_part.h"

static long passed_ms;

/* libevent's clock goes on when the test says so, too: nobody waits for what
 * is to happen later. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int failed = (int)syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += passed_ms / 1000;
	now->tv_nsec += passed_ms % 1000 * 1000000;
	if (now->tv_nsec >= 1000000000) {
		now->tv_nsec -= 1000000000;
		now->tv_sec++;
	}
	return failed;
}

struct machine {
	struct event_base *base;
	struct syslog_sink *sink;
	int log; /* the socket that the system's logger would hold, or -1 */
	int results, wanted;
	int failed, held;
	char last_error[64];
};

static void
listen_at_dev_log(struct machine *machine)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};

	unlink(_PATH_LOG);
	machine->log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(machine->log, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void
on_result(
    void *arg, struct delivery *delivery, const struct delivery_result *result)
{
	struct machine *machine = arg;

	machine->held += result->outcome == DELIVERY_HELD;
	if (result->outcome == DELIVERY_RETRY) {
		machine->failed++;
		snprintf(machine->last_error, sizeof(machine->last_error), "%s",
		    result->error);
	}
	delivery_free(delivery);
	if (++machine->results == machine->wanted)
		event_base_loopbreak(machine->base);
}

static int
set_up(void **state)
{
	static char facility[] = "local4";
	struct machine *machine = xcalloc(1, sizeof(*machine));

	listen_at_dev_log(machine);
	syslog_sink_open();
	machine->base = event_base_new();
	machine->sink = syslog_sink_new(machine->base, on_result, machine);
	syslog_sink_configure(
	    machine->sink, &(struct config_sink){.facility = facility});
	*state = machine;
	return 0;
}

static int
tear_down(void **state)
{
	struct machine *machine = *state;

	closelog();
	close(machine->log);
	syslog_sink_free(machine->sink);
	event_base_free(machine->base);
	free(machine);
	return 0;
}

static void
send_alerts(struct machine *machine, int count, const char *level)
{
	for (int i = 0; i < count; i++) {
		struct delivery *delivery = xcalloc(1, sizeof(*delivery));

		delivery->json =
		    xasprintf("{\"level\":\"%s\",\"item\":{\"outlet\":\"A\","
			      "\"title\":\"t%d\\nforged line\"}}",
			level, i);
		syslog_sink_send(machine->sink, delivery);
	}
	machine->wanted += count;
}

static void
wait_results(struct machine *machine)
{
	if (machine->results < machine->wanted)
		event_base_dispatch(machine->base);
	assert_int_equal(machine->results, machine->wanted);
}

/* What happens when the sink looks at the socket the next time. */
static void
look_again(struct machine *machine)
{
	passed_ms += 500;
	event_base_loop(machine->base, EVLOOP_NONBLOCK);
}

/* One datagram, as the logger gets it; "" when none waits. */
static const char *
receive(struct machine *machine)
{
	static char line[8192];
	ssize_t n = recv(machine->log, line, sizeof(line) - 1, MSG_DONTWAIT);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

static void
an_alert_is_one_line_of_its_facility_and_level(void **state)
{
	struct machine *machine = *state;
	const char *line;

	send_alerts(machine, 1, "flash");
	wait_results(machine);
	line = receive(machine);
	assert_memory_equal(line, "<162>", 5); /* local4, critical */
	assert_non_null(strstr(line, "wirewatchd["));
	assert_non_null(strstr(line, "]: flash A: t0 forged line"));
	assert_null(strchr(line, '\n'));
	assert_string_equal(receive(machine), "");
	assert_int_equal(machine->failed, 0);
	/* then there is nothing to do */
	assert_int_equal(event_base_loop(machine->base, EVLOOP_NONBLOCK), 1);
}

/* The logger stops reading: its queue holds some ten lines. */
static void
full_socket_never_blocks_and_loses_nothing(void **state)
{
	struct machine *machine = *state;
	int got = 0;

	send_alerts(machine, 100, "routine");
	for (int i = 0; i < 20; i++)
		event_base_loop(machine->base, EVLOOP_NONBLOCK);
	assert_in_range(machine->results, 1, 99);
	while (machine->results < machine->wanted) {
		while (*receive(machine) != '\0')
			got++;
		look_again(machine);
	}
	while (*receive(machine) != '\0')
		got++;
	assert_int_equal(got, 100);
	assert_int_equal(machine->failed, 0);
}

static void
restarted_logger_gets_what_waited(void **state)
{
	struct machine *machine = *state;

	close(machine->log);
	send_alerts(machine, 3, "urgent");
	event_base_loop(machine->base, EVLOOP_ONCE);
	assert_int_equal(machine->results, 0);
	listen_at_dev_log(machine);
	wait_results(machine);
	assert_int_equal(machine->failed, 0);
	for (int i = 0; i < 3; i++)
		assert_non_null(strstr(receive(machine), "urgent A: t"));
}

static void
what_waits_goes_back_after_twenty_looks(void **state)
{
	struct machine *machine = *state;

	for (int round = 0; round < 2; round++) {
		close(machine->log);
		send_alerts(machine, 3, "urgent");
		for (int look = 1; look < 20; look++)
			look_again(machine);
		assert_int_equal(machine->results, machine->wanted - 3);
		look_again(machine);
		assert_int_equal(machine->results, machine->wanted);
		assert_string_equal(
		    machine->last_error, "nobody listens on " _PATH_LOG);
		send_alerts(machine, 1, "urgent"); /* nor does it take long */
		look_again(machine);
		assert_int_equal(machine->results, machine->wanted);
		assert_int_equal(machine->failed, 4 * (round + 1));
		listen_at_dev_log(machine);
		send_alerts(machine, 1, "urgent");
		look_again(machine);
		assert_int_equal(machine->results, machine->wanted);
		assert_int_equal(machine->failed, 4 * (round + 1));
	}
}

static void
all_is_given_back_when_another_takes_the_place(void **state)
{
	struct machine *machine = *state;

	send_alerts(machine, 3, "urgent");
	syslog_sink_give_back(machine->sink);
	assert_int_equal(machine->results, 3);
	assert_int_equal(machine->held, 3);
	assert_string_equal(receive(machine), "");
}

static void
past_the_bound_the_oldest_go_back(void **state)
{
	struct machine *machine = *state;

	close(machine->log);
	machine->log = -1;
	send_alerts(machine, SYSLOG_WAITING_MAX + 5, "routine");
	assert_int_equal(machine->results, 5);
	assert_int_equal(machine->failed, 5);
	syslog_sink_forget_waiting(machine->sink);
	listen_at_dev_log(machine); /* what comes later is written at once */
	machine->wanted = machine->results;
	send_alerts(machine, 1, "flash");
	wait_results(machine);
	assert_int_equal(machine->failed, 5);
	assert_non_null(strstr(receive(machine), "flash A: t0"));
}

static void
facilities_are_known_by_name(void **state)
{
	const struct schema_field *field =
	    record_find(&schema_sink, "facility");

	assert_int_equal(syslog_sink_facility("daemon"), LOG_DAEMON);
	assert_int_equal(syslog_sink_facility("local7"), LOG_LOCAL7);
	assert_int_equal(syslog_sink_facility("nonsense"), -1);
	for (int i = 0; field->choices[i] != NULL; i++)
		assert_int_not_equal(
		    syslog_sink_facility(field->choices[i]), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_alert_is_one_line_of_its_facility_and_level),
	    TEST(full_socket_never_blocks_and_loses_nothing),
	    TEST(restarted_logger_gets_what_waited),
	    TEST(what_waits_goes_back_after_twenty_looks),
	    TEST(all_is_given_back_when_another_takes_the_place),
	    TEST(past_the_bound_the_oldest_go_back),
	    cmocka_unit_test(facilities_are_known_by_name),
	};

	if (unshare(CLONE_NEWNS) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", "/dev", "tmpfs", 0, NULL) == -1) {
		puts("1..0 # SKIP needs root for a /dev/log of its own");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
