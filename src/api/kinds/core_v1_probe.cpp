// Probes, lifecycle handlers and the actions of both.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kProbe[] = {
    {.name = "exec", .type = "core.v1.ExecAction", .proto = {1, 1}},
    {.name = "httpGet", .type = "core.v1.HTTPGetAction", .proto = {1, 2}},
    {.name = "tcpSocket", .type = "core.v1.TCPSocketAction", .proto = {1, 3}},
    {.name = "grpc", .type = "core.v1.GRPCAction", .proto = {1, 4}},
    {.name = "initialDelaySeconds", .type = "int32", .proto = 2, .doc = "Seconds after the start before the first probe."},
    {.name = "timeoutSeconds", .type = "int32", .proto = 3, .doc = "Seconds after which the probe has failed. Defaults to 1."},
    {.name = "periodSeconds", .type = "int32", .proto = 4, .doc = "Seconds between probes. Defaults to 10."},
    {.name = "successThreshold", .type = "int32", .proto = 5, .doc = "Successes in a row to count as success. Defaults to 1."},
    {.name = "failureThreshold", .type = "int32", .proto = 6, .doc = "Failures in a row to count as failure. Defaults to 3."},
    {.name = "terminationGracePeriodSeconds", .type = "int64", .proto = 7, .go = "*"},
};

constexpr FieldRow kLifecycle[] = {
    {.name = "postStart", .type = "core.v1.LifecycleHandler", .proto = 1},
    {.name = "preStop", .type = "core.v1.LifecycleHandler", .proto = 2},
    {.name = "stopSignal", .type = "string", .proto = 3,
     .enum_values = "SIGABRT,SIGALRM,SIGBUS,SIGCHLD,SIGCLD,SIGCONT,SIGFPE,SIGHUP,SIGILL,SIGINT,SIGIO,SIGIOT,SIGKILL,SIGPIPE,SIGPOLL,SIGPROF,SIGPWR,SIGQUIT,SIGRTMAX,SIGRTMAX-1,SIGRTMAX-10,SIGRTMAX-11,SIGRTMAX-12,SIGRTMAX-13,SIGRTMAX-14,SIGRTMAX-2,SIGRTMAX-3,SIGRTMAX-4,SIGRTMAX-5,SIGRTMAX-6,SIGRTMAX-7,SIGRTMAX-8,SIGRTMAX-9,SIGRTMIN,SIGRTMIN+1,SIGRTMIN+10,SIGRTMIN+11,SIGRTMIN+12,SIGRTMIN+13,SIGRTMIN+14,SIGRTMIN+15,SIGRTMIN+2,SIGRTMIN+3,SIGRTMIN+4,SIGRTMIN+5,SIGRTMIN+6,SIGRTMIN+7,SIGRTMIN+8,SIGRTMIN+9,SIGSEGV,SIGSTKFLT,SIGSTOP,SIGSYS,SIGTERM,SIGTRAP,SIGTSTP,SIGTTIN,SIGTTOU,SIGURG,SIGUSR1,SIGUSR2,SIGVTALRM,SIGWINCH,SIGXCPU,SIGXFSZ",
     .go = "*v1.Signal"},
};

constexpr FieldRow kLifecycleHandler[] = {
    {.name = "exec", .type = "core.v1.ExecAction", .proto = 1},
    {.name = "httpGet", .type = "core.v1.HTTPGetAction", .proto = 2},
    {.name = "tcpSocket", .type = "core.v1.TCPSocketAction", .proto = 3},
    {.name = "sleep", .type = "core.v1.SleepAction", .proto = 4},
};

constexpr FieldRow kExecAction[] = {
    {.name = "command", .type = "list<string>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kGRPCAction[] = {
    {.name = "port", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "service", .type = "string", .proto = 2, .default_json = R"("")", .go = "*", .absent = "null"},
};

constexpr FieldRow kHTTPGetAction[] = {
    {.name = "path", .type = "string", .proto = 1},
    {.name = "port", .type = "int-or-string", .proto = 2, .required = true, .absent = "0"},
    {.name = "host", .type = "string", .proto = 3},
    {.name = "scheme", .type = "string", .proto = 4, .enum_values = "HTTP,HTTPS", .go = "v1.URIScheme"},
    {.name = "httpHeaders", .type = "list<core.v1.HTTPHeader>", .proto = 5, .list_type = "atomic"},
};

constexpr FieldRow kHTTPHeader[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "value", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kSleepAction[] = {
    {.name = "seconds", .type = "int64", .proto = 1, .required = true, .default_json = "0"},
};

constexpr FieldRow kTCPSocketAction[] = {
    {.name = "port", .type = "int-or-string", .proto = 1, .required = true, .absent = "0"},
    {.name = "host", .type = "string", .proto = 2},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Probe", .fields = kProbe, .doc = "A check that the node does on a container."},
    {.name = "core.v1.Lifecycle", .fields = kLifecycle},
    {.name = "core.v1.LifecycleHandler", .fields = kLifecycleHandler},
    {.name = "core.v1.ExecAction", .fields = kExecAction},
    {.name = "core.v1.GRPCAction", .fields = kGRPCAction},
    {.name = "core.v1.HTTPGetAction", .fields = kHTTPGetAction},
    {.name = "core.v1.HTTPHeader", .fields = kHTTPHeader},
    {.name = "core.v1.SleepAction", .fields = kSleepAction},
    {.name = "core.v1.TCPSocketAction", .fields = kTCPSocketAction},
};

}  // namespace

std::span<const TypeRow> core_v1_probe_types() { return kTypes; }

}  // namespace skiff::api::kinds
