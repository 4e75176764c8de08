#include "agent/probes/runner.h"

#include <fmt/core.h>

#include <atomic>
#include <mutex>

#include "agent/probes/grpc_health.h"
#include "base/strings.h"

namespace skiff::agent::probes {

namespace {

using std::chrono::milliseconds;
constexpr size_t kBodyBytesMax = 10 << 10;   // as much of an answer as the kubelet reads
constexpr int kRedirectsMax = 10;

// The kernel's words begin in upper case, Go's do not; people and tools search for Go's.
std::string go_error(const std::string& message) {
    const size_t last = message.rfind(": ");
    const size_t start = last == std::string::npos ? 0 : last + 2;
    return message.substr(0, start) + lower(message.substr(start));
}

milliseconds to_ms(Duration duration) { return std::chrono::duration_cast<milliseconds>(duration); }

class NetRunner : public Runner, public std::enable_shared_from_this<NetRunner> {
public:
    NetRunner(net::IoThreads& io, sys::Timers& timers, Exec exec) : timers_(timers), exec_(std::move(exec)) {
        net::TlsClientConfig config;
        config.insecure_skip_verify = true;   // a probe asks whether something answers, not who
        auto tls = net::TlsClientContext::create(config);
        client_ = net::HttpClient::create(io, tls.ok() ? *tls : nullptr);
    }

    void run(const Action& action, const std::string& container_id, Duration timeout, std::function<void(Verdict)> done) override {
        switch (action.type) {
            case Action::Type::Exec: return run_exec(action, container_id, timeout, std::move(done));
            case Action::Type::Http: return run_http(action, timeout, std::move(done));
            case Action::Type::Tcp: return run_tcp(action, timeout, std::move(done));
            case Action::Type::Grpc: return run_grpc(action, timeout, std::move(done));
            case Action::Type::Sleep:
                timers_.after(std::chrono::seconds(action.sleep_s), [done = std::move(done)] { done({Outcome::Success, ""}); });
                return;
            case Action::Type::None: break;
        }
        done({Outcome::Success, ""});
    }

private:
    void run_exec(const Action& action, const std::string& container_id, Duration timeout, std::function<void(Verdict)> done) {
        exec_(container_id, action.command, timeout, [done = std::move(done), command = action.command, timeout](ExecResult result) {
            if (result.timed_out)
                return done({Outcome::Failure, fmt::format("command timed out: \"{}\" timed out after {}s", join(command, " "), to_ms(timeout).count() / 1000)});
            if (!result.status.ok()) return done({Outcome::Unknown, result.status.message()});
            done({result.exit_code == 0 ? Outcome::Success : Outcome::Failure, std::move(result.output)});
        });
    }

    void run_http(const Action& action, Duration timeout, std::function<void(Verdict)> done) {
        const bool standard_port = action.port == (action.scheme == "https" ? 443 : 80);
        const std::string authority = standard_port && action.host.find(':') == std::string::npos ? action.host : host_port(action.host, action.port);
        net::ClientRequest request;
        request.url = fmt::format("{}://{}{}", action.scheme, host_port(action.host, action.port), action.path);
        request.headers.set("User-Agent", "kube-probe/1.34");
        request.headers.set("Accept", "*/*");
        request.headers.set("Connection", "close");
        for (const auto& [name, value] : action.headers) {
            if (value.empty() && lower(name) == "accept") request.headers.erase(name);
            else request.headers.set(name, value);
        }
        request.timeout = to_ms(timeout);
        request.body_bytes_max = 1 << 20;
        request_http(std::move(request), authority, 0, std::move(done));
    }

    void request_http(net::ClientRequest request, std::string authority, int redirects, std::function<void(Verdict)> done) {
        auto self = shared_from_this();
        auto again = request;
        client_->request_async(std::move(request), [self, again, authority, redirects, done = std::move(done)](Result<net::ClientResponse> answer) mutable {
            const std::string url = again.url;
            if (!answer.ok()) return done({Outcome::Failure, fmt::format("Get \"{}\": {}", url, go_error(answer.status().message()))});
            const int code = answer->code;
            if (code >= 300 && code < 400 && code != 304) {
                const std::string location = answer->headers.get("Location");
                const std::string origin = url.substr(0, url.find('/', url.find("://") + 3));
                std::string next;
                if (!location.empty() && location[0] == '/' && location.substr(0, 2) != "//") next = origin + location;
                else if (same_host(location, authority)) next = location;
                if (next.empty()) return done({Outcome::Success, "Probe terminated redirects, Response body: " + answer->body.substr(0, kBodyBytesMax), true});
                if (redirects >= kRedirectsMax) return done({Outcome::Failure, fmt::format("Get \"{}\": stopped after 10 redirects", url)});
                again.url = next;
                return self->request_http(std::move(again), authority, redirects + 1, std::move(done));
            }
            if (code >= 200 && code < 400) return done({Outcome::Success, answer->body.substr(0, kBodyBytesMax)});
            done({Outcome::Failure, fmt::format("HTTP probe failed with statuscode: {}", code)});
        });
    }

    static bool same_host(const std::string& location, const std::string& authority) {
        const size_t start = location.find("://");
        if (start == std::string::npos) return false;
        auto host_of = [](const std::string& text) { return text[0] == '[' ? text.substr(0, text.find(']')) : text.substr(0, text.find(':')); };
        const std::string rest = location.substr(start + 3, location.find_first_of("/?#", start + 3) - start - 3);
        return !rest.empty() && host_of(rest) == host_of(authority);
    }

    void run_tcp(const Action& action, Duration timeout, std::function<void(Verdict)> done) {
        client_->connect_tcp(action.host, action.port, to_ms(timeout), [done = std::move(done), where = host_port(action.host, action.port)](Result<std::shared_ptr<net::Stream>> stream) {
            if (!stream.ok()) {
                const std::string message = go_error(stream.status().message());
                return done({Outcome::Failure, message.rfind("dial tcp", 0) == 0 ? message : fmt::format("dial tcp {}: {}", where, message)});
            }
            (*stream)->close();
            done({Outcome::Success, ""});
        });
    }

    struct GrpcCall {
        std::mutex mutex;
        GrpcHealthReader reader;
        std::shared_ptr<net::Stream> stream;
        std::function<void(Verdict)> done;
        sys::Timers::Id timer = 0;
        std::string where;
        void finish(Verdict verdict) {
            std::function<void(Verdict)> call;
            std::shared_ptr<net::Stream> closing;
            {
                std::lock_guard lock(mutex);
                call.swap(done);
                closing.swap(stream);
            }
            if (closing) closing->close();
            if (call) call(std::move(verdict));
        }
    };

    static Verdict grpc_verdict(const GrpcHealthReader& reader, const std::string& where) {
        using Serving = GrpcHealthReader::Serving;
        if (!reader.serving()) return {Outcome::Failure, fmt::format("error: health rpc to \"{}\" failed", where)};
        if (*reader.serving() == Serving::Serving) return {Outcome::Success, ""};
        const char* name = *reader.serving() == Serving::NotServing ? "NOT_SERVING" : *reader.serving() == Serving::ServiceUnknown ? "SERVICE_UNKNOWN" : "UNKNOWN";
        return {Outcome::Failure, fmt::format("service unhealthy (responded with \"{}\")", name)};
    }

    void run_grpc(const Action& action, Duration timeout, std::function<void(Verdict)> done) {
        auto call = std::make_shared<GrpcCall>();
        call->done = std::move(done);
        call->where = host_port(action.host, action.port);
        const int64_t seconds = to_ms(timeout).count() / 1000;
        call->timer = timers_.after(timeout, [call, seconds] { call->finish({Outcome::Failure, fmt::format("timeout: health rpc did not complete within {}s", seconds)}); });
        client_->connect_tcp(action.host, action.port, to_ms(timeout), [this, self = shared_from_this(), call, service = action.service, seconds](Result<std::shared_ptr<net::Stream>> stream) {
            if (!stream.ok()) {
                timers_.cancel(call->timer);
                return call->finish({Outcome::Failure, fmt::format("timeout: failed to connect service \"{}\" within {}s: {}", call->where, seconds, stream.status().message())});
            }
            {
                std::lock_guard lock(call->mutex);
                call->stream = *stream;
            }
            auto data = [self, call, stream = std::weak_ptr<net::Stream>(*stream)](std::string_view bytes) {
                std::string reply;
                const bool sound = call->reader.feed(bytes, reply);
                if (auto held = stream.lock(); held && !reply.empty()) held->write(reply);
                if (!sound || call->reader.serving() || call->reader.refused()) {
                    self->timers_.cancel(call->timer);
                    call->finish(grpc_verdict(call->reader, call->where));
                }
            };
            auto closed = [self, call](Status) {
                self->timers_.cancel(call->timer);
                call->finish(grpc_verdict(call->reader, call->where));
            };
            (*stream)->start(std::move(data), std::move(closed));
            (*stream)->write(grpc_health_request(call->where, service));
        });
    }

    sys::Timers& timers_;
    Exec exec_;
    std::shared_ptr<net::HttpClient> client_;
};

}  // namespace

std::shared_ptr<Runner> Runner::create(net::IoThreads& io, sys::Timers& timers, Exec exec) { return std::make_shared<NetRunner>(io, timers, std::move(exec)); }

}  // namespace skiff::agent::probes
