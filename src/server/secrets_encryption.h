// SecretsEncryption: Secrets are encrypted in the datastore, each value with its own key, and these with a key of
// <data-dir>/server/encryption-keys.json (0600). Lose that file and the Secrets are lost: it belongs into every backup of the datastore.
//
// Changing keys happens while the server runs: the file first gets the new key beside the old one, then every row is rewritten, history
// included, what is left of the old rows is wiped, and only then the old key goes. A server that dies in between goes on at its next start.
// Any thread; file and datastore are touched by change() on the caller's thread and by the store's writer thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "json/value.h"
#include "net/http.h"
#include "pki/key_ring.h"
#include "server/store/store.h"
#include "server/store/value_cipher.h"

namespace skiff::server {

class SecretsEncryption : public store::ValueCipher, public std::enable_shared_from_this<SecretsEncryption> {
public:
    // Reads the key file. Without one: makes it when wanted is true, and leaves Secrets alone otherwise. An unreadable file is an error.
    static Result<std::shared_ptr<SecretsEncryption>> open(const std::string& folder, bool wanted, Clock& clock);
    // Goes on with a rewriting that an earlier run began. The store is the one that has this as its cipher; it must be closed before this ends.
    void resume(store::Store& store);

    enum class Action { Enable, Disable, RotateKeys, Reencrypt };
    static Result<Action> parse_action(std::string_view text);
    // Begins it; status() tells the progress. Conflict while another one runs, BadRequest when it makes no sense now. Writes a file.
    Status change(Action action);
    // {"enabled", "stage": start | reencrypt_active | reencrypt_finished | reencrypt_failed, "error", "active", "keys": [{"id","created"}]}; no secrets.
    json::Value status() const;

    bool covers(std::string_view key) const override;
    Result<std::string> seal(std::string_view key, int64_t row_id, std::string_view value) const override;
    Result<std::string> open(std::string_view key, int64_t row_id, std::string_view stored) const override;
    bool current(std::string_view stored) const override;

private:
    SecretsEncryption(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}
    std::shared_ptr<const pki::KeyRing> ring() const;
    Status save(pki::KeyRing ring);      // to the file, then to ring_
    void rewrite();
    void rewritten(const Result<size_t>& rows);

    const std::string path_;
    Clock& clock_;
    store::Store* store_ = nullptr;
    std::mutex change_mutex_;            // one change at a time
    mutable std::mutex mutex_;           // of what follows
    std::shared_ptr<const pki::KeyRing> ring_;
    std::string stage_ = "start", error_;
};

// GET: status(). POST with ?action=: change(), then status(). Writes a file: call it from a pool thread.
net::Response answer_secrets_encryption(SecretsEncryption& encryption, const net::Request& request);

}  // namespace skiff::server
