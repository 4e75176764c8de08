// Runs one fuzz target without libFuzzer: first the seeds, then changed and joined copies of them until the time is over. The same seed of
// the random numbers gives the same inputs. A target that finds something aborts; the input is then in the file named by -artifact.
//     fuzz_json [-max_total_time=SECONDS] [-seed=N] [-artifact=FILE] [SEED_FILE_OR_FOLDER...]
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// Of the sanitizers, which end a process without a signal; null without them.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

constexpr size_t kInputMax = 4096;

std::string artifact = "fuzz-artifact";
const std::string* current = nullptr;

// After an abort the input is all that is left; only calls that a signal handler may make.
void keep_input() {
    int file = current == nullptr ? -1 : ::open(artifact.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return;
    (void)!::write(file, current->data(), current->size());
    ::close(file);
}

void on_signal(int number) {
    keep_input();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

void run(const std::string& input) {
    current = &input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
    current = nullptr;
}

std::vector<std::string> load(const std::vector<std::string>& paths) {
    std::vector<std::string> seeds{""};
    auto add = [&](const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    };
    for (const std::string& path : paths) {
        if (!std::filesystem::is_directory(path)) add(path);
        else
            for (const auto& entry : std::filesystem::directory_iterator(path)) add(entry.path());
    }
    return seeds;
}

std::string change(const std::vector<std::string>& seeds, std::mt19937_64& random) {
    auto below = [&](size_t n) { return n == 0 ? size_t{0} : static_cast<size_t>(random() % n); };
    std::string input = seeds[below(seeds.size())];
    for (size_t steps = 1 + below(8); steps > 0; --steps) {
        size_t at = below(input.size() + 1);
        switch (below(6)) {
            case 0: input.insert(at, 1, static_cast<char>(random())); break;
            case 1: input.erase(at, 1 + below(8)); break;
            case 2:
                if (at < input.size()) input[at] = static_cast<char>(random());
                break;
            case 3: input.insert(at, input.substr(below(input.size() + 1), below(64))); break;
            case 4: {
                const std::string& other = seeds[below(seeds.size())];
                input.insert(at, other.substr(below(other.size() + 1), below(256)));
                break;
            }
            default:
                if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        }
    }
    if (input.size() > kInputMax) input.resize(kInputMax);
    return input;
}

}  // namespace

int main(int argc, char** argv) {
    long seconds = 2;
    uint64_t seed = 1;
    std::vector<std::string> paths;
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "-max_total_time=", 16) == 0) seconds = std::strtol(argv[i] + 16, nullptr, 10);
        else if (std::strncmp(argv[i], "-seed=", 6) == 0) seed = std::strtoull(argv[i] + 6, nullptr, 10);
        else if (std::strncmp(argv[i], "-artifact=", 10) == 0) artifact = argv[i] + 10;
        else paths.emplace_back(argv[i]);
    }
    for (int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(number, on_signal);
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
    std::vector<std::string> seeds = load(paths);
    for (const std::string& input : seeds) run(input);
    std::mt19937_64 random(seed);
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    unsigned long count = 0;
    for (; std::chrono::steady_clock::now() < end; ++count) run(change(seeds, random));
    std::printf("%lu inputs, %zu seeds\n", count, seeds.size());
    return 0;
}
