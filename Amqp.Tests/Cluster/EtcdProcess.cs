using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Cluster;

/// <summary>A member of an etcd cluster, as a process on free ports.</summary>
internal sealed class EtcdProcess(string name, string folder, TestAuthority? authority) : IAsyncDisposable
{
    private const string Program = "/usr/bin/etcd";
    private const int SigStop = 19, SigContinue = 18;

    private readonly StringBuilder _output = new(); // guarded by a lock on this object
    private Process? _process;

    public string Name => name;

    /// <summary>Address for clients.</summary>
    public Uri Url { get; } = new($"{(authority is null ? "http" : "https")}://127.0.0.1:{FreePorts.Next()}");

    /// <summary>Address for other members.</summary>
    public string PeerUrl { get; } = $"http://127.0.0.1:{FreePorts.Next()}";

    /// <summary>Names and peer addresses of all members.</summary>
    public string Cluster { get; set; } = "";

    public bool IsRunning => _process is { HasExited: false };

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Skips the test if etcd is not installed. On CI the test fails instead.</summary>
    public static void Require()
    {
        if (File.Exists(Program))
            return;
        const string Missing = "etcd is not installed: apt-get install etcd-server";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(Missing);
        TestContext.Progress.WriteLine($"The tests of the coordinator are skipped: {Missing}");
        Assert.Ignore(Missing);
    }

    /// <summary>Starts the member, or starts it again on the same data and ports.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo(Program, Arguments()) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Kills the process (SIGKILL).</summary>
    public async Task KillAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Stops the process without closing its connections (SIGSTOP).</summary>
    public void Freeze() => Assert.That(SendSignal(_process!.Id, SigStop), Is.Zero);

    /// <summary>Continues the process after <see cref="Freeze"/>.</summary>
    public void Thaw() => Assert.That(SendSignal(_process!.Id, SigContinue), Is.Zero);

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
            await KillAsync();
    }

    private List<string> Arguments()
    {
        List<string> arguments =
        [
            "--name", name, "--data-dir", Path.Combine(folder, name), "--initial-cluster", Cluster, "--initial-cluster-token", folder,
            "--listen-client-urls", Url.OriginalString, "--advertise-client-urls", Url.OriginalString,
            "--listen-peer-urls", PeerUrl, "--initial-advertise-peer-urls", PeerUrl, "--unsafe-no-fsync", "--bcrypt-cost", "4",
        ];
        if (authority is not null)
        {
            arguments.AddRange(
            [
                "--cert-file", authority.ServerCertificateFile, "--key-file", authority.ServerKeyFile,
                "--trusted-ca-file", authority.CertificateFile, "--client-cert-auth",
            ]);
        }
        return arguments;
    }

    private void KillAtExit(object? sender, EventArgs arguments) => _process?.Kill();

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(CultureInfo.InvariantCulture, $"{line.Data}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
