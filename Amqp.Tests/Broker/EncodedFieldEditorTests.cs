using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Edits of an encoded field table have the same results as edits of a list of decoded fields.</summary>
public sealed class EncodedFieldEditorTests
{
    [Test]
    public void Whatever_is_set_removed_and_sorted_the_others_are_as_they_were([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        var editor = new EncodedFieldEditor(); // one editor edits all tables, as in the broker
        for (int time = 0; time < 100; time++)
        {
            List<KeyValuePair<string, FieldValue>> expected =
                [.. Enumerable.Range(0, random.Next(60)).Select(i => KeyValuePair.Create(Name(), Value(i)))];
            editor.Read(Encoded.Fields(new FieldTable(expected)));
            for (int step = random.Next(8); step > 0; step--)
                Change(editor, expected, Name());

            var output = new ArrayBufferWriter<byte>();
            editor.WriteTo(output);
            Assert.That(FieldTableCodec.Read(output.WrittenSpan), Is.EqualTo(expected).AsCollection);
        }

        string Name() => new('n', random.Next(5)); // there are few different names, and each name is a prefix of all longer names

        FieldValue Value(int number) => random.Next(3) switch
        {
            0 => FieldValue.FromString(new string('v', number)),
            1 => FieldValue.FromInt64(number),
            _ => FieldValue.FromTable(FieldTable.Empty.With("n", FieldValue.FromInt32(number))),
        };

        void Change(EncodedFieldEditor changed, List<KeyValuePair<string, FieldValue>> fields, string name)
        {
            byte[] encoded = OctetText.Encode(name);
            int index = fields.FindIndex(field => field.Key == name);
            Assert.That(changed.TryFind(encoded, out var found), Is.EqualTo(index >= 0));
            if (index >= 0)
                Assert.That(found.SequenceEqual(Encoded.Fields(new FieldTable([fields[index]])).AsSpan(1 + name.Length)));
            var value = random.Next(2) == 0 ? FieldValue.FromString($"new {fields.Count}") : FieldValue.FromInt64(fields.Count);
            switch (random.Next(3))
            {
                case 0:
                    changed.Remove(encoded);
                    fields.RemoveAll(field => field.Key == name);
                    break;
                case 1:
                    changed.Sort();
                    var sorted = fields.OrderBy(field => field.Key, StringComparer.Ordinal).ToList();
                    fields.Clear();
                    fields.AddRange(sorted);
                    break;
                default:
                    if (value.Type == FieldType.LongString)
                        changed.Set(encoded, FieldType.LongString, value.AsBytes());
                    else
                        changed.Set(encoded, FieldType.Int64, value.AsInteger());
                    if (index < 0)
                        fields.Add(new(name, value));
                    else
                        fields[index] = new(name, value);
                    break;
            }
        }
    }
}
