namespace Amqp.Server.Cli;

/// <summary>Exit codes of the process. Codes 64 to 78 are those of sysexits.h, which <c>rabbitmqctl</c> uses too.</summary>
internal static class ExitCode
{
    /// <summary>Success. For a broker: it ran until it was stopped.</summary>
    public const int Ok = 0;

    /// <summary>The command line cannot be parsed, the broker cannot start, or <c>store</c> or <c>bench</c> failed.</summary>
    public const int Failure = 1;

    /// <summary>The verified data directory is damaged.</summary>
    public const int Damaged = 1;

    /// <summary>
    /// An option or argument is invalid (<c>EX_USAGE</c>). Exit code 1 covers what the parser rejects, except in <c>ctl</c>.
    /// </summary>
    public const int Usage = 64;

    /// <summary>The broker refused the data of the request (<c>EX_DATAERR</c>).</summary>
    public const int Refused = 65;

    /// <summary>The named queue, user or other resource does not exist (<c>EX_NOUSER</c>).</summary>
    public const int NotFound = 67;

    /// <summary>The broker cannot be reached, or cannot execute the request now or at all (<c>EX_UNAVAILABLE</c>).</summary>
    public const int Unavailable = 69;

    /// <summary>The broker failed (<c>EX_SOFTWARE</c>).</summary>
    public const int Software = 70;

    /// <summary>The broker did not respond in time (<c>EX_TEMPFAIL</c>).</summary>
    public const int TemporaryFailure = 75;

    /// <summary>The user lacks a permission, or cannot log in (<c>EX_NOPERM</c>).</summary>
    public const int NoPermission = 77;

    /// <summary>Ended by Ctrl-C: the code that shells use.</summary>
    public const int Interrupted = 130;

    /// <summary>The configuration has errors (<c>EX_CONFIG</c>).</summary>
    public const int Configuration = 78;
}
