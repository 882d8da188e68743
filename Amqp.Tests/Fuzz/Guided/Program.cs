using System.Runtime.InteropServices;
using Amqp.Tests.Fuzz.Targets;
using SharpFuzz;

// TARGET                reads inputs from afl-fuzz
// TARGET seeds FOLDER   writes the first inputs for afl-fuzz
// TARGET run FILE...    reads inputs that afl-fuzz has found
if (args is not [var name, .. var rest] || !FuzzTarget.All.TryGetValue(name, out var create))
{
    Console.Error.WriteLine(
        $"usage: Amqp.Fuzz TARGET [seeds FOLDER | run FILE...], where TARGET is one of {string.Join(", ", FuzzTarget.All.Keys)}");
    return 64;
}

// Instrumented code counts its branches in this memory, until the shared memory of afl-fuzz replaces it.
const int mapSize = 1 << 16;
unsafe
{
    SharpFuzz.Common.Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(mapSize);
}
using var target = create();
switch (rest)
{
    case ["seeds", var folder]:
        Directory.CreateDirectory(folder);
        foreach (var (number, seed) in target.Seeds.Index())
            File.WriteAllBytes(Path.Combine(folder, $"{number:D3}"), seed);
        return 0;
    case ["run", .. var files]:
        foreach (string file in files)
        {
            Console.WriteLine(file);
            target.Run(File.ReadAllBytes(file));
        }
        return 0;
    default:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Run(input.ToArray());
        });
        return 0;
}
