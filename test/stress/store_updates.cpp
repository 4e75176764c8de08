// A million updates of the embedded store by concurrent writers: rate, slowest write, and the file beside what is live, while they run and at rest.
// The clock runs faster than the real one, so that the five minutes of history pass meanwhile.
// usage: store_updates FOLDER [UPDATES] [OBJECTS] [BYTES] [WRITERS] [CLOCK FACTOR]     (1000000, 25000, 4000, 16, 10)
// Status 1 when the file ends over 1.5 times what is live, or a write took 250 ms.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "server/store/store.h"

using namespace skiff;

namespace {

class FastClock : public Clock {
public:
    explicit FastClock(int factor) : factor_(factor) {}
    WallTime now() const override { return Clock::system().now(); }
    Duration elapsed() const override { return Clock::system().elapsed() * factor_; }
    void wait_until(std::condition_variable& cv, std::unique_lock<std::mutex>& lock, Duration deadline) override {
        Clock::system().wait_until(cv, lock, deadline / factor_);
    }

private:
    const int factor_;
};

double megabytes(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? static_cast<double>(info.st_size) / 1e6 : 0;
}

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::fprintf(stderr, "usage: store_updates FOLDER [UPDATES] [OBJECTS] [BYTES] [WRITERS] [CLOCK FACTOR]\n"), 2;
    auto number = [&](int at, int standard) { return argc > at ? std::atoi(argv[at]) : standard; };
    const int updates = number(2, 1'000'000), objects = number(3, 25'000), bytes = number(4, 4000), writers = number(5, 16);
    FastClock clock(number(6, 10));
    const std::string path = std::string(argv[1]) + "/state.db";
    auto opened = store::open_sqlite({.path = path, .clock = &clock});
    if (!opened.ok()) return std::fprintf(stderr, "%s\n", opened.status().message().c_str()), 2;
    store::Store& store = **opened;
    const auto key = [](int i) { return "/registry/configmaps/default/object-" + std::to_string(i); };
    for (int i = 0; i < objects; i += 100) {
        std::vector<store::Write> writes;
        for (int j = i; j < std::min(objects, i + 100); ++j) writes.push_back({.key = key(j), .value = std::string(static_cast<size_t>(bytes), 'a')});
        if (!store.commit(std::move(writes)).ok()) return 2;
    }
    const double live = static_cast<double>(objects) * (bytes + 40) / 1e6;
    std::printf("live data                       %8.1f MB, file %.1f MB\n", live, megabytes(path));

    std::atomic<int> next{0}, failed{0};
    std::vector<Duration> slowest(static_cast<size_t>(writers));
    std::atomic<int> slow{0};
    double largest = 0;
    const Duration began = Clock::system().elapsed();
    {
        std::vector<std::jthread> threads;
        for (int w = 0; w < writers; ++w)
            threads.emplace_back([&, w] {
                for (int i; (i = next++) < updates;) {
                    const Duration start = Clock::system().elapsed();
                    auto done = store.commit(store::Write{.key = key(static_cast<int>((static_cast<int64_t>(i) * 7919) % objects)), .value = std::string(static_cast<size_t>(bytes), static_cast<char>('a' + i % 26))});
                    const Duration took = Clock::system().elapsed() - start;
                    if (!done.ok()) ++failed;
                    if (took > std::chrono::milliseconds(250)) ++slow;
                    slowest[static_cast<size_t>(w)] = std::max(slowest[static_cast<size_t>(w)], took);
                    if (i % 5000 == 0 && w == 0) largest = std::max(largest, megabytes(path) + megabytes(path + "-wal"));
                }
            });
    }
    const double took = seconds(Clock::system().elapsed() - began);
    const double worst = 1000 * seconds(*std::max_element(slowest.begin(), slowest.end()));
    std::printf("updates/s, %2d writers           %8.0f\n", writers, updates / took);
    std::printf("slowest write                   %8.1f ms   budget 250 ms (%d over)\n", worst, slow.load());
    std::printf("failed                          %8d      budget 0\n", failed.load());
    std::printf("file, largest while they run    %8.1f MB   %.2f times live\n", largest, largest / live);
    // Leases go on in a quiet cluster: what they write lets the history age.
    for (int i = 0; i < 60; ++i) {
        (void)store.commit(store::Write{.key = "/registry/leases/kube-node-lease/node", .value = std::to_string(i)});
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    const double rest = megabytes(path) + megabytes(path + "-wal");
    std::printf("file at rest                    %8.1f MB   %.2f times live, budget 1.5\n", rest, rest / live);
    return rest > 1.5 * live || worst > 250 || failed > 0 ? 1 : 0;
}
