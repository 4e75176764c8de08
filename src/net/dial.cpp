#include "net/dial.h"

#include "net/listener.h"

namespace skiff::net {

namespace {
constexpr Duration kNextAddressAfter = std::chrono::seconds(4);   // only while there is another one to try
}

void Dial::start(const std::string& host, uint16_t port, std::function<void(Result<Dialed>)> done) {
    done_ = std::move(done);
    port_ = port;
    if (is_ip_literal(host)) {
        addresses_ = {host};
        return try_next();
    }
    io_.impl().resolver.resolve(host, [self = shared_from_this()](Result<std::vector<std::string>> found) {
        self->loop_.post([self, found = std::make_shared<Result<std::vector<std::string>>>(std::move(found))] {
            if (!found->ok()) return self->finish(found->status());
            self->addresses_ = std::move(found->value());
            self->try_next();
        });
    });
}

void Dial::try_next() {
    while (done_ && next_ < addresses_.size()) {
        auto fd = begin_connect(addresses_[next_++], port_);
        if (!fd.ok()) {
            failure_ = fd.status();
            continue;
        }
        socket_ = std::make_unique<Socket>(loop_, std::move(fd.value()));
        socket_->wait_writable(shared_from_this());
        if (next_ < addresses_.size()) {
            timer_.arm(kNextAddressAfter, [weak = weak_from_this()] {
                auto self = weak.lock();
                if (!self) return;
                self->failure_ = error(Reason::ServiceUnavailable, "connect: timed out");
                self->socket_.reset();
                self->try_next();
            });
        }
        return;
    }
    finish(failure_.ok() ? error(Reason::ServiceUnavailable, "no address") : failure_);
}

void Dial::on_writable() {
    if (!socket_ || !done_) return;
    timer_.cancel();
    const std::string& address = addresses_[next_ - 1];
    const std::string text = (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(port_);
    if (Status status = connect_error(socket_->fd()); !status.ok()) {
        failure_ = std::move(status).context("dial tcp {}", text);
        socket_.reset();
        return try_next();
    }
    Dialed dialed{socket_->release(), text};
    socket_.reset();
    finish(std::move(dialed));
}

void Dial::finish(Result<Dialed> result) {
    auto done = std::move(done_);
    done_ = nullptr;
    if (done) done(std::move(result));
}

void Dial::cancel() {
    done_ = nullptr;
    timer_.cancel();
    socket_.reset();
}

}  // namespace skiff::net
