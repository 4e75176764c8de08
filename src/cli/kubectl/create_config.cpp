// create configmap, create secret.
#include <algorithm>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/verb_list.h"
#include "json/write.h"
#include "net/websocket_frame.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kDockerHub = "https://index.docker.io/v1/";
using Entries = std::vector<std::pair<std::string, std::string>>;

struct DataFlags {
    std::vector<std::string> literals, files, env_files;
    bool append_hash = false;
    void add(Options& options) {
        options.list("from-literal", 0, &literals, "Specify a key and literal value to insert (i.e. mykey=somevalue)");
        options.list("from-file", 0, &files, "Key files can be specified using their file path, in which case a default name will be given to them, or optionally with a name and file path.");
        options.list("from-env-file", 0, &env_files, "Specify the path to a file to read lines of key=val pairs.");
        options.toggle("append-hash", 0, &append_hash, "Append a hash of the content to its name.");
    }
};

Result<std::string> read_file(const std::string& path) {
    auto text = file::read(path, 2 << 20);
    if (!text.ok() && text.status().reason() == Reason::NotFound) return local_error("error reading {}: no such file or directory", path);
    if (!text.ok()) return local_error("{}", text.status().message());
    return text;
}

Status add_entry(Entries& entries, const std::string& key, std::string value) {
    for (const auto& [known, _] : entries)
        if (known == key) return local_error("cannot add key \"{}\", another key by that name already exists", key);
    entries.emplace_back(key, std::move(value));
    return {};
}

Status add_file(Entries& entries, const std::string& source) {
    const auto equals = source.find('=');
    const auto path = equals == std::string::npos ? source : source.substr(equals + 1);
    const auto base = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    if (!file::is_dir(path)) {
        auto text = TRY(read_file(path));
        return add_entry(entries, equals == std::string::npos ? base : source.substr(0, equals), std::move(text));
    }
    if (equals != std::string::npos) return local_error("cannot give a key name for a directory path");
    for (const auto& name : TRY(file::list_dir(path))) {
        if (file::is_dir(path + "/" + name)) continue;
        auto text = TRY(read_file(path + "/" + name));
        TRY(add_entry(entries, name, std::move(text)));
    }
    return {};
}

Result<Entries> read_entries(const DataFlags& flags) {
    if (!flags.env_files.empty() && (!flags.files.empty() || !flags.literals.empty())) return local_error("from-env-file cannot be combined with from-file or from-literal");
    Entries entries;
    for (const auto& source : flags.files) TRY(add_file(entries, source));
    for (const auto& literal : flags.literals) {
        const auto equals = literal.find('=');
        if (equals == std::string::npos || equals == 0) return local_error("invalid literal source {}, expected key=value", literal);
        auto value = literal.substr(equals + 1);
        if (value.size() > 1 && value.front() == value.back() && (value[0] == '"' || value[0] == '\'')) value = value.substr(1, value.size() - 2);
        TRY(add_entry(entries, literal.substr(0, equals), std::move(value)));
    }
    for (const auto& path : flags.env_files) {
        const auto text = TRY(read_file(path));
        for (const auto& raw : split(text, '\n')) {
            const auto line = std::string(trim(raw));
            if (line.empty() || line[0] == '#') continue;
            const auto equals = line.find('=');
            const char* inherited = equals == std::string::npos ? std::getenv(line.c_str()) : nullptr;
            TRY(add_entry(entries, line.substr(0, equals), equals != std::string::npos ? line.substr(equals + 1) : inherited ? inherited : ""));
        }
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

// A suffix that changes with the content. (kubectl's own alphabet of hashes: no vowels, so that no words arise.)
void append_hash(json::Value& object) {
    auto digest = sha256_hex(json::write(object)).substr(0, 10);
    for (auto& c : digest) c = c == '0' ? 'g' : c == '1' ? 'h' : c == '3' ? 'k' : c == 'a' ? 'm' : c == 'e' ? 't' : c;
    object.mut("metadata").set("name", object["metadata"]["name"].as_string() + "-" + digest);
}

json::Value secret(const std::string& name, const std::string& type, const Entries& entries) {
    auto object = named_object("v1", "Secret", name);
    auto data = json::Value::object();
    for (const auto& [key, value] : entries) data.set(key, base64_encode(value));
    if (data.size()) object.set("data", std::move(data));
    if (!type.empty()) object.set("type", type);
    return object;
}

}  // namespace

Status create_config_map(Call& call) {
    WriteFlags write;
    DataFlags flags;
    write.add(call.options, "kubectl-create");
    flags.add(call.options);
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    auto object = named_object("v1", "ConfigMap", name);
    for (const auto& [key, value] : TRY(read_entries(flags))) {
        if (net::is_utf8(value)) object.mut("data").set(key, value);
        else object.mut("binaryData").set(key, base64_encode(value));
    }
    if (flags.append_hash) append_hash(object);
    return create_and_show(call, write, std::move(object));
}

Status create_secret_generic(Call& call) {
    WriteFlags write;
    DataFlags flags;
    std::string type;
    write.add(call.options, "kubectl-create");
    flags.add(call.options);
    call.options.text("type", 0, &type, "The type of secret to create");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    const auto entries = TRY(read_entries(flags));
    auto object = secret(name, type, entries);
    if (flags.append_hash) append_hash(object);
    return create_and_show(call, write, std::move(object));
}

Status create_secret_tls(Call& call) {
    WriteFlags write;
    std::string certificate, key;
    bool hash = false;
    write.add(call.options, "kubectl-create");
    call.options.text("cert", 0, &certificate, "Path to PEM encoded public key certificate.");
    call.options.text("key", 0, &key, "Path to private key associated with given certificate.");
    call.options.toggle("append-hash", 0, &hash, "Append a hash of the secret to its name.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    if (certificate.empty() || key.empty()) return local_error("key and cert must be specified");
    const auto certificate_pem = TRY(read_file(certificate)), key_pem = TRY(read_file(key));
    auto object = secret(name, "kubernetes.io/tls", {{"tls.crt", certificate_pem}, {"tls.key", key_pem}});
    if (hash) append_hash(object);
    return create_and_show(call, write, std::move(object));
}

Status create_secret_registry(Call& call) {
    WriteFlags write;
    std::string server = kDockerHub, user, password, email;
    std::vector<std::string> files;
    bool hash = false;
    write.add(call.options, "kubectl-create");
    call.options.text("docker-server", 0, &server, "Server location for Docker registry");
    call.options.text("docker-username", 0, &user, "Username for Docker registry authentication");
    call.options.text("docker-password", 0, &password, "Password for Docker registry authentication");
    call.options.text("docker-email", 0, &email, "Email for Docker registry");
    call.options.list("from-file", 0, &files, "Key files can be specified using their file path.");
    call.options.toggle("append-hash", 0, &hash, "Append a hash of the secret to its name.");
    TRY(call.parse());
    const auto name = TRY(one_name(call));
    std::string config;
    if (!files.empty()) {
        config = TRY(read_file(files[0].substr(files[0].find('=') == std::string::npos ? 0 : files[0].find('=') + 1)));
    } else {
        if (user.empty() || password.empty()) return local_error("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required");
        auto entry = json::Value::object({{"username", user}, {"password", password}});
        if (!email.empty()) entry.set("email", email);
        entry.set("auth", base64_encode(user + ":" + password));
        config = json::write(json::Value::object({{"auths", json::Value::object({{server, std::move(entry)}})}}));
    }
    auto object = secret(name, "kubernetes.io/dockerconfigjson", {{".dockerconfigjson", config}});
    if (hash) append_hash(object);
    return create_and_show(call, write, std::move(object));
}

}  // namespace skiff::cli::kubectl
