#include "server/apiserver/pipeline.h"

#include <algorithm>
#include <iterator>

#include "api/go_text.h"
#include "api/timestamp.h"
#include "base/log.h"
#include "base/random.h"
#include "server/apiserver/aggregation/aggregator.h"
#include "server/apiserver/audit/audit_log.h"
#include "server/apiserver/authn/bearer.h"
#include "server/apiserver/authorize.h"
#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/handlers.h"
#include "server/apiserver/health.h"
#include "server/apiserver/metered_exchange.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {

struct Pipeline::State {
    net::ExchangePtr exchange;
    std::shared_ptr<RequestContext> context;
    size_t next = 0;                             // stage
    std::shared_ptr<std::atomic<int64_t>> waited;   // nanoseconds in a queue
    std::shared_ptr<const User> user;            // who authenticated, where they act for somebody else; null: the context's
    const net::Request& request() const { return exchange->request(); }
};

namespace {

// Objects that one seat stands for, and the seats of the longest list, as Kubernetes estimates them.
constexpr size_t kObjectsPerSeat = 100;
constexpr size_t kSeatsMax = 10;

bool is_action(const Attributes& a) {
    return a.resource == "pods" && a.group.empty() && (a.subresource == "exec" || a.subresource == "attach" || a.subresource == "portforward");
}

// Answers that go on for as long as the client likes.
bool is_stream(const Attributes& a) {
    const std::string& s = a.subresource;
    return a.verb == "proxy" || s == "exec" || s == "attach" || s == "portforward" || s == "proxy" || s == "log";
}

// ?timeout= of a request that ends by itself; how long it may take is bounded in any case, so that the value itself is not asked for.
Status check_timeout(const net::Request& request) {
    const std::string& timeout = request.query.get("timeout");
    if (timeout.empty()) return {};
    auto parsed = api::parse_duration(timeout);
    return parsed.ok() ? Status() : error(Reason::BadRequest, "invalid timeout specified in the request URL - {}", parsed.status().message());
}

// A large answer keeps its seat until the client has it: what waits to be sent is load like what is being made, and a client that asks for more
// than it takes is told to wait.
constexpr size_t kKeepsSeatBytes = 64 << 10;

void keep_until_sent(net::Response& response, std::shared_ptr<void> seat) {
    size_t bytes = response.body ? response.body->size() : 0;
    for (const net::Bytes& piece : response.more) bytes += piece ? piece->size() : 0;
    net::Bytes& last = response.more.empty() ? response.body : response.more.back();
    if (!seat || !last || bytes < kKeepsSeatBytes) return;
    using Both = std::pair<net::Bytes, std::shared_ptr<void>>;
    auto both = std::make_shared<Both>(last, std::move(seat));
    last = net::Bytes(both, both->first.get());
}

int seats_for(const Core& core, const Attributes& a) {
    if (a.verb != "list") return 1;
    const api::KindInfo* kind = core.kinds.find(api::Gvr{a.group, a.version, a.resource});
    ResourceCache* resource = kind == nullptr ? nullptr : core.cache.resource(*kind);
    return resource == nullptr ? 1 : static_cast<int>(std::clamp<size_t>((resource->size() + kObjectsPerSeat - 1) / kObjectsPerSeat, 1, kSeatsMax));
}

metrics::Gauge& in_flight(metrics::Registry& registry, const char* kind) {
    return registry.gauge("apiserver_current_inflight_requests", "Requests being served, by kind; those that run for long do not count.", {"request_kind"}).with({kind});
}

}  // namespace

// Every request passes these in turn; a stage that answers it ends the run.
const Pipeline::Stage Pipeline::kStages[] = {
    {"identify", &Pipeline::identify},
    {"open paths", &Pipeline::open_paths},
    {"request info", &Pipeline::read_request_info},
    {"authenticate", &Pipeline::authenticate_user},
    {"impersonate", &Pipeline::impersonate_user},
    {"meter", &Pipeline::meter},
    {"find a seat", &Pipeline::find_seat},
    {"authorize", &Pipeline::authorize_user},
    {"serve", &Pipeline::serve},
};

Pipeline::Pipeline(Core& core, Discovery& discovery, Health& health, std::shared_ptr<audit::AuditLog> audit)
    : core_(core),
      discovery_(discovery),
      health_(health),
      audit_(std::move(audit)),
      flows_(core.cache, core.clock, core.io),
      watches_(flow::watch_counts(*core.metrics)),
      request_metrics_(*core.metrics),
      reading_(in_flight(*core.metrics, "readOnly")),
      writing_(in_flight(*core.metrics, "mutating")) {}

Pipeline::~Pipeline() = default;

void Pipeline::add_raw(std::string path, RawAccess access, RawHandler handler) { raw_[std::move(path)] = {access, std::move(handler)}; }

void Pipeline::handle(net::ExchangePtr exchange) {
    exchange->mutable_request().headers.erase(kAudienceHeader);
    // Authenticators that ask somebody outside block: not here.
    if (core_.pool && authentication_waits(core_, exchange->request())) {
        if (core_.pool->submit([this, exchange] { serve_all(exchange); })) return;
        net::Response busy;
        busy.code = 429;
        busy.headers.set("Retry-After", "1");
        return exchange->respond(std::move(busy));
    }
    serve_all(std::move(exchange));
}

void Pipeline::serve_all(net::ExchangePtr exchange) {
    State state{std::move(exchange), std::make_shared<RequestContext>()};
    run(state, 0);
}

void Pipeline::run(State& state, size_t stage) {
    try {
        for (; stage < std::size(kStages); ++stage) {
            state.next = stage + 1;
            const Stage& now = kStages[stage];
            if ((this->*now.run)(state) == Step::Done) return;
        }
    } catch (const std::exception& e) {
        log::error("apiserver", "request failed with an exception", {{"path", state.context->attributes.path}, {"what", e.what()}});
        send_status(*state.exchange, core_, *state.context, error(Reason::InternalError, "Internal error occurred: {}", e.what()));
    }
}

Pipeline::Step Pipeline::identify(State& state) {
    RequestContext& context = *state.context;
    context.http = &state.request();
    const std::string& given = state.request().headers.get("Audit-Id");
    context.id = given.empty() || given.size() > 64 ? random_uuid() : given;
    context.user_agent = state.request().headers.get("User-Agent");
    return Step::Next;
}

const std::pair<RawAccess, RawHandler>* Pipeline::find_raw(const std::string& path) const {
    auto found = raw_.find(path);
    if (found != raw_.end()) return &found->second;
    for (const auto& [prefix, handler] : raw_)
        if (prefix.size() > 1 && prefix.back() == '/' && path.rfind(prefix, 0) == 0) return &handler;
    return nullptr;
}

Pipeline::Step Pipeline::open_paths(State& state) {
    const auto* raw = find_raw(state.request().path);
    if (raw == nullptr || raw->first != RawAccess::Open) return Step::Next;
    raw->second(state.exchange);
    return Step::Done;
}

Pipeline::Step Pipeline::authenticate_user(State& state) {
    auto user = authenticate(core_, state.request());
    if (!user.ok()) {
        send_status(*state.exchange, core_, *state.context, Status(Reason::Unauthorized, "Unauthorized"));
        return Step::Done;
    }
    const auto& certificate = state.request().certificate;
    if (certificate && certificate->not_after_s != 0 && certificate->common_name == user->name)
        request_metrics_.certified(WallTime(std::chrono::seconds(certificate->not_after_s)) - core_.clock.now());
    state.context->attributes.user = std::move(user).value();
    if (has_spaced_token(state.request()))
        state.context->warnings.push_back("the provided Authorization header contains extra space before the bearer token, and is ignored");
    return Step::Next;
}

Pipeline::Step Pipeline::read_request_info(State& state) {
    if (parse_request_info(state.request(), *state.context)) {
        // They act, whatever the method of the transport: they need create (and of those that GET, get).
        Attributes& a = state.context->attributes;
        if (is_action(a) && a.verb == "get") a.verb = "create";
        Status timeout = a.verb == "watch" || is_stream(a) ? Status() : check_timeout(state.request());
        if (timeout.ok()) return Step::Next;
        send_status(*state.exchange, core_, *state.context, timeout);
        return Step::Done;
    }
    send_text(*state.exchange, *state.context, 500,
              fmt::format("Internal Server Error: {}: failed to create RequestInfo: unable to determine kind and namespace from url, {}\n", api::go_quote(state.request().target), state.request().path));
    return Step::Done;
}

Pipeline::Step Pipeline::impersonate_user(State& state) {
    if (audit_ && state.request().headers.has("Impersonate-User")) state.user = std::make_shared<const User>(state.context->attributes.user);
    Status status = impersonate(core_, state.request(), *state.context);
    if (status.ok()) return Step::Next;
    if (status.reason() == Reason::InternalError)
        send_text(*state.exchange, *state.context, 500, fmt::format("Internal Server Error: {}: {}\n", api::go_quote(state.request().target), status.message()));
    else
        send_status(*state.exchange, core_, *state.context, status);
    return Step::Done;
}

// Counts the request until it is answered, and tells the audit log then.
Pipeline::Step Pipeline::meter(State& state) {
    const Attributes& a = state.context->attributes;
    bool write = a.verb == "create" || a.verb == "update" || a.verb == "patch" || a.verb == "delete" || a.verb == "deletecollection";
    const bool lasting = a.verb == "watch" || is_stream(a);
    metrics::Gauge* gauge = lasting ? nullptr : write ? &writing_ : &reading_;
    if (gauge) gauge->add(1);
    Duration start = core_.clock.elapsed();
    state.waited = std::make_shared<std::atomic<int64_t>>(0);
    WallTime received = core_.clock.now();
    net::Exchange* inner = state.exchange.get();   // the metered one owns it
    if (audit_ && audit_->wants_arrivals()) note(*state.context, state.request(), state.user.get(), 0, received, nullptr);
    state.exchange = std::make_shared<MeteredExchange>(state.exchange, [this, gauge, start, waited = state.waited, context = state.context, received, inner, user = state.user](int code, net::Response* response) {
        if (response) keep_until_sent(*response, std::move(context->seat));
        context->seat.reset();
        if (gauge) gauge->add(-1);
        if (audit_ && code != 0) note(*context, inner->request(), user.get(), code, received, response);
        request_metrics_.answered(*context, code, core_.clock.elapsed() - start, Duration(waited->load()) + context->webhooks);
    });
    return Step::Next;
}

void Pipeline::refuse(State& state) {
    request_metrics_.terminated(*state.context, 429);
    send_status(*state.exchange, core_, *state.context, error(Reason::TooManyRequests, "Too many requests, please try again later.").with_retry_after(1));
}

// API Priority and Fairness: the request goes on when it has a seat; what is long by nature (streams) needs none.
Pipeline::Step Pipeline::find_seat(State& state) {
    RequestContext& context = *state.context;
    const Attributes& a = context.attributes;
    if (is_stream(a)) return Step::Next;
    flow::FlowControl::Flow flow = flows_.classify(a);
    if (!flow.level) return Step::Next;
    context.flow_schema_uid = flow.schema->uid();
    context.priority_level_uid = flow.level->spec().uid;
    context.lane = flow.level->spec().name;
    context.lane_share = flows_.part(flow);
    const int width = seats_for(core_, a);
    const bool writes = a.resource_request && (a.verb == "create" || a.verb == "update" || a.verb == "patch" || a.verb == "delete");
    const api::KindInfo* written = writes && !flow.level->spec().exempt ? core_.kinds.find(api::Gvr{a.group, a.version, a.resource}) : nullptr;
    const flow::Tail tail = written ? flow::tail_of_write(flow::followers(watches_, *written, !a.ns.empty())) : flow::Tail();
    flow::FlowControl::SeatPtr seat;
    switch (flows_.ask(flow, width, seat, tail)) {
        case flow::FlowControl::Verdict::Run: context.seat = std::move(seat); return Step::Next;
        case flow::FlowControl::Verdict::Refused: refuse(state); return Step::Done;
        case flow::FlowControl::Verdict::Wait: break;
    }
    auto parked = std::make_shared<State>(std::move(state));
    auto id = std::make_shared<std::atomic<uint64_t>>(0);
    parked->exchange->on_aborted([this, flow, id] {
        if (uint64_t waiting = id->load()) flows_.cancel(flow, waiting);
    });
    const Duration since = core_.clock.elapsed();
    auto place = flows_.wait(flow, width, [this, parked, since](flow::Outcome outcome, flow::FlowControl::SeatPtr given) {
        if (parked->waited) parked->waited->store((core_.clock.elapsed() - since).count());
        if (outcome == flow::Outcome::Cancelled) return;
        if (outcome == flow::Outcome::TimedOut) return refuse(*parked);
        parked->context->seat = std::move(given);
        on_pool(core_, parked->exchange, parked->context, [this, parked] { run(*parked, parked->next); });
    }, tail);
    if (place.verdict == flow::FlowControl::Verdict::Wait) id->store(place.id);
    else refuse(*parked);
    return Step::Done;
}

// Lines of the audit log. code 0: the request has arrived.
void Pipeline::note(const RequestContext& context, const net::Request& request, const User* user, int code, WallTime received, const net::Response* response) {
    using audit::Stage;
    audit::Answered answered{context, request, user ? *user : context.attributes.user, code, received, core_.clock.now(), response, Stage::RequestReceived, &core_.kinds};
    if (code != 0) {
        // What is long by nature begins before it ends; it is noted when it begins.
        answered.stage = Stage::ResponseStarted;
        if (response == nullptr) audit_->note(answered);
        answered.stage = Stage::ResponseComplete;
    }
    audit_->note(answered);
}

Pipeline::Step Pipeline::authorize_user(State& state) {
    std::string reason;
    const Attributes& a = state.context->attributes;
    Status status;
    if (is_action(a) && state.request().method == "GET") {
        Attributes reads = a;
        reads.verb = "get";
        status = authorize(core_, reads, audit_ ? &reason : nullptr);
    }
    if (status.ok()) status = authorize(core_, a, audit_ ? &reason : nullptr);
    if (audit_) {
        state.context->annotations["authorization.k8s.io/decision"] = status.ok() ? "allow" : "forbid";
        state.context->annotations["authorization.k8s.io/reason"] = std::move(reason);
    }
    if (status.ok()) return Step::Next;
    send_status(*state.exchange, core_, *state.context, status);
    return Step::Done;
}

Pipeline::Step Pipeline::serve(State& state) {
    const Attributes& a = state.context->attributes;
    if (a.path.starts_with("//")) return send_text(*state.exchange, *state.context, 404, "404 page not found\n"), Step::Done;
    if (aggregator_ && aggregator_->serve(state.exchange, state.context)) return Step::Done;
    if (a.resource_request) {
        handle_resource(core_, state.exchange, state.context);
        return Step::Done;
    }
    if (const auto* raw = find_raw(a.path)) {
        raw->second(state.exchange);
        return Step::Done;
    }
    if (a.path.rfind("/openapi/", 0) == 0) {
        // Documents of a megabyte are made when first asked for: not on an io thread.
        on_pool(core_, state.exchange, state.context, [this, exchange = state.exchange, context = state.context] {
            if (!discovery_.serve(*exchange, *context)) send_text(*exchange, *context, 404, "404 page not found\n");
        });
        return Step::Done;
    }
    if (health_.serve(*state.exchange, *state.context) || discovery_.serve(*state.exchange, *state.context)) return Step::Done;
    send_text(*state.exchange, *state.context, 404, "404 page not found\n");
    return Step::Done;
}

}  // namespace skiff::apiserver
