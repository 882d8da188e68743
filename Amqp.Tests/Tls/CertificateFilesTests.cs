using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using Amqp.Server.Hosting.Tls;

namespace Amqp.Tests.Tls;

/// <summary>
/// The certificate and key files that the broker accepts. For an unusable file, the broker prints one line with the setting's name and
/// exits with code 78.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CertificateFilesTests : IDisposable
{
    private const string Password = "geheim";

    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-tls-").FullName;

    private string CertificateFile => Path.Combine(_folder, "server.pem");

    private string KeyFile => Path.Combine(_folder, "server.key");

    private static IEnumerable<TestCaseData> UsableKeys()
    {
        foreach (string file in new[] { "rsa-aes-256-cbc", "ec-aes-128-cbc", "ec-aes-192-cbc", "ec-aes-256-cbc", "ec-des-ede3-cbc" })
            yield return new TestCaseData(Key(file), Password).SetArgDisplayNames(file);
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
        yield return new TestCaseData(rsa.ExportRSAPrivateKeyPem(), null).SetArgDisplayNames("PKCS#1");
        yield return new TestCaseData(rsa.ExportPkcs8PrivateKeyPem(), null).SetArgDisplayNames("PKCS#8 of RSA");
        yield return new TestCaseData(rsa.ExportPkcs8PrivateKeyPem(), "of no use")
            .SetArgDisplayNames("PKCS#8 with a password that it does not need");
        yield return new TestCaseData(rsa.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption), Password)
            .SetArgDisplayNames("encrypted PKCS#8 of RSA");
        yield return new TestCaseData(ecdsa.ExportECPrivateKeyPem(), null).SetArgDisplayNames("SEC 1");
        yield return new TestCaseData(ecdsa.ExportPkcs8PrivateKeyPem(), null).SetArgDisplayNames("PKCS#8 of ECDSA");
        yield return new TestCaseData(ecdsa.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption), Password)
            .SetArgDisplayNames("encrypted PKCS#8 of ECDSA");
        yield return new TestCaseData(
            "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n" + ecdsa.ExportECPrivateKeyPem(), null)
            .SetArgDisplayNames("SEC 1 behind its parameters");
    }

    [TestCaseSource(nameof(UsableKeys))]
    public void A_key_of_every_usual_form_is_read(string pem, string? password)
    {
        File.WriteAllText(KeyFile, pem);
        using (AsymmetricAlgorithm key = PrivateKeyFile.Read(pem, password))
            IssueFor(key);

        var loaded = new CertificateFiles(Options(password)).Load();

        Assert.That(loaded.Server.TargetCertificate.HasPrivateKey);
    }

    [Test]
    public void A_key_may_stand_in_the_file_of_the_certificate()
    {
        string pem = Key("ec-aes-256-cbc");
        using (AsymmetricAlgorithm key = PrivateKeyFile.Read(pem, Password))
            IssueFor(key);
        File.AppendAllText(CertificateFile, pem);

        Assert.That(
            new CertificateFiles(new TlsOptions { CertificateFile = CertificateFile, KeyPassword = Password })
                .Load().Server.TargetCertificate.HasPrivateKey);
    }

    [Test]
    public void Of_two_keys_in_a_file_the_first_is_read()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        IssueFor(key);
        File.WriteAllText(KeyFile, $"{key.ExportPkcs8PrivateKeyPem()}\n{other.ExportPkcs8PrivateKeyPem()}\n");

        Assert.That(new CertificateFiles(Options(null)).Load().Server.TargetCertificate.HasPrivateKey);
    }

    /// <summary>Clients trust only the root authority, so the broker must send the intermediate certificates to them.</summary>
    [Test]
    public void What_leads_from_the_certificate_to_its_authority_is_shown_to_clients_whichever_file_it_stands_in(
        [Values] bool isBesideAuthorities)
    {
        using var authority = new TestAuthority();
        using var between = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30));
        var request = new CertificateRequest("CN=Between", between, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var intermediate = request.Create(authority.Certificate, from, to, [1]).CopyWithPrivateKey(between);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .Create(intermediate, from, to.AddMinutes(-1), [2]);
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        string rest = intermediate.ExportCertificatePem() + "\n";
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n" + (isBesideAuthorities ? "" : rest));
        if (isBesideAuthorities)
            File.AppendAllText(authority.CertificateFile, "\n" + rest);
        var options = Options(null);
        options.AuthoritiesFile = authority.CertificateFile;

        var loaded = new CertificateFiles(options).Load();

        Assert.That(loaded.Server.TargetCertificate.Subject, Is.EqualTo("CN=localhost"));
        Assert.That(loaded.Server.IntermediateCertificates.Select(each => each.Subject), Does.Contain("CN=Between"));
        Assert.That(loaded.Expires, Is.EqualTo(certificate.NotAfter.ToUniversalTime()));
    }

    [TestCase("1.3.101.112", "holds an Ed25519 key, which cannot be used; make an RSA or an ECDSA key")]
    [TestCase("1.3.101.113", "holds an Ed448 key, which cannot be used; make an RSA or an ECDSA key")]
    [TestCase("1.2.840.10040.4.1", "holds a DSA key, which cannot be used; make an RSA or an ECDSA key")]
    [TestCase("1.2.840.113549.1.1.10", "holds a key for RSASSA-PSS only, which cannot be used; make an RSA or an ECDSA key")]
    [TestCase("1.2.840.113549.1.1.1", null, Description = "RSA")]
    [TestCase("1.2.840.10045.2.1", null, Description = "elliptic curves")]
    [TestCase(null, null)]
    public void A_kind_of_key_that_cannot_be_used_is_called_by_its_name(string? algorithm, string? refusal) =>
        Assert.That(PrivateKeyFile.RefusalOf(algorithm)?.Message, Is.EqualTo(refusal));

    private static IEnumerable<TestCaseData> UnusableKeys()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        yield return Case(null, null, "ssl_options.keyfile: there is no file {key}");
        yield return Case("", null, "ssl_options.keyfile: {key} holds no private key in PEM");
        yield return Case(
            "-----BEGIN PRIVATE KEY-----\nbm8ga2V5\n-----END PRIVATE KEY-----",
            null,
            "ssl_options.keyfile: {key} holds a key that cannot be read: ");
        yield return Case(
            "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----",
            null,
            "ssl_options.keyfile: {key} holds a key that cannot be read: ");
        yield return Case(
            Key("ed25519"), null, "ssl_options.keyfile: {key} holds an Ed25519 key, which cannot be used; make an RSA or an ECDSA key");
        yield return Case(
            "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----",
            null,
            "ssl_options.keyfile: {key} holds a DSA key, which cannot be used; make an RSA or an ECDSA key");
        yield return Case(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
            null,
            "ssl_options.keyfile: {key} holds a key in OpenSSH's form, which cannot be used; make an RSA or an ECDSA key");
        yield return Case(Key("rsa-aes-256-cbc"), null, "ssl_options.password: {key} holds an encrypted key");
        yield return Case(Key("rsa-aes-256-cbc"), "wrong", "ssl_options.password: {key} holds a key that this password does not decrypt");
        yield return Case(Key("ec-des-ede3-cbc"), "wrong", "ssl_options.password: {key} holds a key that this password does not decrypt");
        yield return Case(
            other.ExportEncryptedPkcs8PrivateKeyPem("p", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA1, 1)),
            "wrong",
            "ssl_options.password: {key} holds a key that this password does not decrypt");
        yield return Case(
            other.ExportPkcs8PrivateKeyPem(),
            null,
            "ssl_options.keyfile: the key in {key} is not that of the certificate in {certificate}");
        yield return Case(
            rsa.ExportPkcs8PrivateKeyPem(), null, "ssl_options.keyfile: the key in {key} is not that of the certificate in {certificate}");
    }

    [TestCaseSource(nameof(UnusableKeys))]
    public async Task An_unusable_key_is_one_line_for_the_check_and_for_the_start(string? pem, string? password, string expected)
    {
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            IssueFor(key);
        if (pem is not null)
            await File.WriteAllTextAsync(KeyFile, pem);

        await ExpectLineAsync(password is null ? [] : [$"ssl_options.password = '{password}'"], expected);
    }

    private static IEnumerable<TestCaseData> UnusableCertificates()
    {
        yield return Case(null, null, "ssl_options.certfile: there is no file {certificate}");
        yield return Case("", null, "ssl_options.certfile: {certificate} holds no certificate in PEM");
        yield return Case(
            "-----BEGIN CERTIFICATE-----\nbm8ga2V5\n-----END CERTIFICATE-----",
            null,
            "ssl_options.certfile: {certificate} holds a certificate that cannot be read: ");
    }

    [TestCaseSource(nameof(UnusableCertificates))]
    public async Task An_unusable_certificate_is_one_line_for_the_check_and_for_the_start(string? pem, string? password, string expected)
    {
        Assert.That(password, Is.Null);
        await File.WriteAllTextAsync(KeyFile, Key("ed25519"));
        if (pem is not null)
            await File.WriteAllTextAsync(CertificateFile, pem);

        await ExpectLineAsync([], expected);
    }

    [Test]
    public async Task A_folder_in_place_of_a_file_is_one_line()
    {
        Directory.CreateDirectory(CertificateFile);

        await ExpectLineAsync([], "ssl_options.certfile: {certificate} is a folder");
    }

    [TestCase(
        "ssl_options.verify = verify_peer", "ssl_options.verify = verify_peer needs trusted authorities: set ssl_options.cacertfile.")]
    [TestCase("ssl_options.cacertfile = nowhere.pem", "ssl_options.cacertfile: there is no file nowhere.pem")]
    [TestCase("load_definitions = nowhere.json", "load_definitions: there is no file or folder nowhere.json")]
    [TestCase("bind = 203.0.113.7", "Cannot listen on 203.0.113.7:5672: this machine has no such address. Choose another with --bind.")]
    public async Task Whatever_else_the_settings_name_is_looked_at_too(string line, string expected)
    {
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            IssueFor(key);
            await File.WriteAllTextAsync(KeyFile, key.ExportPkcs8PrivateKeyPem());
        }

        await ExpectLineAsync([line], expected);
    }

    [Test]
    public async Task Definitions_that_are_no_JSON_are_found()
    {
        string definitions = Path.Combine(_folder, "definitions.json");
        await File.WriteAllTextAsync(definitions, "{");

        Assert.That(
            await RunAsync("config check", [$"load_definitions = {definitions}"]),
            Does.StartWith($"78: amqpbroker: load_definitions: cannot import {definitions}: "));
    }

    [TestCase(-1, "expired at ")]
    [TestCase(10, "expires at ")]
    [TestCase(400, null)]
    public async Task A_certificate_that_has_run_out_or_soon_will_is_a_warning(int days, string? expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        IssueFor(key, DateTimeOffset.UtcNow.AddDays(days));
        await File.WriteAllTextAsync(KeyFile, key.ExportPkcs8PrivateKeyPem());
        var configuration = await LoadAsync([]);

        StartChecks.Run(configuration);

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(configuration.Warnings, expected is null ? Is.Empty : Has.One.Contains(expected));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TestCaseData Case(string? pem, string? password, string expected) =>
        new TestCaseData(pem, password, expected).SetArgDisplayNames(expected, $"{pem?.Length}", $"{password}");

    private static string Key(string name, [CallerFilePath] string thisFile = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(thisFile)!, "Keys", $"{name}.pem"));

    private TlsOptions Options(string? password) => new() { CertificateFile = CertificateFile, KeyFile = KeyFile, KeyPassword = password };

    private void IssueFor(AsymmetricAlgorithm key, DateTimeOffset? notAfter = null)
    {
        var name = new X500DistinguishedName("CN=localhost");
        var request = key is RSA rsa
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), notAfter ?? DateTimeOffset.UtcNow.AddDays(100));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n");
    }

    private async Task ExpectLineAsync(string[] settings, string expected)
    {
        expected = expected.Replace("{key}", KeyFile, StringComparison.Ordinal)
            .Replace("{certificate}", CertificateFile, StringComparison.Ordinal);
        string[] answers = [await RunAsync("config check", settings), await RunAsync("serve", settings)];

        Assert.That(answers, Has.All.StartsWith($"78: amqpbroker: {expected}"));
        Assert.That(answers, Has.All.Matches<string>(answer => answer!.IndexOf('\n') == answer.Length - 1));
    }

    private async Task<string> RunAsync(string command, string[] settings)
    {
        string file = await WriteAsync(settings);
        using var error = new StringWriter();
        var line = new BrokerCommandLine((_, _, _) => Task.FromResult(0), StartChecks.Run, new Dictionary<string, string>());
        int code = await line.RunAsync(
            [.. command.Split(' '), "--config", file], new InvocationConfiguration { Error = error, Output = TextWriter.Null });
        return $"{code}: {error}";
    }

    private async Task<BrokerConfiguration> LoadAsync(string[] settings) =>
        BrokerConfiguration.Load(await WriteAsync(settings), [], new Dictionary<string, string>());

    private async Task<string> WriteAsync(string[] settings)
    {
        string file = Path.Combine(_folder, "broker.conf");
        string[] tls =
        [
            "bind = 127.0.0.1",
            "listeners.ssl.default = 0",
            $"ssl_options.certfile = {CertificateFile}",
            $"ssl_options.keyfile = {KeyFile}"
        ];
        await File.WriteAllLinesAsync(
            file, [.. settings.Any(line => line.StartsWith("load_definitions", StringComparison.Ordinal)) ? tls[..1] : tls, .. settings]);
        return file;
    }
}
